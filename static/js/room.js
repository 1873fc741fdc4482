// @ts-check
/** The room page: each part hears what the others say through the room, and none calls another. */

import { startBanner } from "./banner.js";
import { startConversation } from "./conversation.js";
import { openRoom } from "./open_room.js";
import { startSidebar } from "./sidebar.js";
import { startWriting } from "./writing.js";

const room = openRoom();
for (const start of [startConversation, startWriting, startSidebar, startBanner]) start(room);
room.start();
