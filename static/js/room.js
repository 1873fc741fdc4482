// @ts-check
/** The room page: each part hears what the others say through the room, and none calls another. */

import { startBanner } from "./banner.js";
import { startConversation } from "./conversation.js";
import { openRoom } from "./open_room.js";
import { startPanel } from "./panel.js";
import { startSurroundings } from "./surroundings.js";
import { startWriting } from "./writing.js";

const room = openRoom();
for (const start of [startConversation, startWriting, startPanel, startSurroundings, startBanner]) start(room);
room.start();
