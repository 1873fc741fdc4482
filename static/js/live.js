// @ts-check
/** Every page but an open room: it joins none, and hears what happens in one's rooms. */

import { startFailures } from "./failures.js";
import { makeLine } from "./line.js";
import { browserLine, keepUp } from "./page_line.js";
import { startPosts } from "./posts.js";
import { makeSignals } from "./signals.js";
import { startSurroundings } from "./surroundings.js";

const page = makeSignals();
startSurroundings(page);
startPosts(page);
startFailures();
const line = makeLine({ ...browserLine, onEvent: (event, data) => page.say("event", event, data), onState: () => {} });
keepUp(line);
line.start();
