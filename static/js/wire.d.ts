/** The parts of the wire that the page reads; docs/protocol.md has them all. Types only: nothing of this reaches a browser. */

export interface Person {
  id: number;
  username: string;
  name: string;
  avatar: string;
}

/** A message, or its tombstone. */
export interface Message {
  room_id: string;
  message_id: number;
  /** its place in the room, for ever */
  sequence: number;
  /** the number of its last change */
  changed_sequence: number;
  /** the number of the last change of its text */
  text_sequence: number;
  sender: Person;
  message: string;
  kind: "text" | "system";
  /** ISO-8601 */
  timestamp: string;
  edited: boolean;
  deleted: boolean;
  client_id?: string;
  reply_to?: number;
  /** the answered message as it is now */
  quote?: Quote;
  reactions?: Reaction[];
  pinned?: boolean;
  pinned_by?: string;
  /** usernames of members */
  mentions?: string[];
  attachments?: Attachment[];
  /** system messages: what happened ("joined", "left", "removed") to whom */
  act?: string;
  subject?: Person;
}

export interface Quote {
  message_id: number;
  sequence: number;
  username: string;
  name: string;
  avatar: string;
  /** one line of it */
  text: string;
  deleted: boolean;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** the first hundred, in order of reacting */
  usernames: string[];
}

export interface Attachment {
  attachment_id: number;
  name: string;
  type: string;
  kind: "picture" | "file";
  /** bytes */
  size: number;
  width?: number;
  height?: number;
  url: string;
  /** url of a small picture */
  preview?: string;
}

export interface RoomState {
  room_id: string;
  name: string;
  topic: string;
  kind: "public" | "private" | "direct";
  closed: boolean;
  /** nothing below this sequence is kept */
  floor: number;
}

export interface RoomHistory {
  room_id: string;
  room: RoomState;
  messages: Message[];
  /** where to stand after it */
  sequence: number;
  epoch: string;
  has_more: boolean;
  /** another part of this answer follows */
  more: boolean;
  reset: boolean;
  /** direct and small rooms: how far others have read */
  readers?: { username: string; read_sequence: number }[];
}

export interface HistoryPage {
  messages: Message[];
  has_more: boolean;
}

/** What the ack of `send_message` carries. */
export interface Stored {
  message_id: number;
  sequence: number;
  changed_sequence: number;
  timestamp: string;
}

export interface Refusal {
  code: string;
  message: string;
  details?: { field?: string; limit?: number };
  /** seconds */
  retry_after?: number;
}

/** One of the person's rooms, and what waits in it. */
export interface Summary {
  room_id: string;
  name: string;
  kind: "public" | "private" | "direct";
  /** where the room stood when `unread` was counted */
  head: number;
  unread: number;
  /** how many of these are for the reader */
  mentions: number;
  silenced?: boolean;
  /** ISO-8601; absent: one may write */
  muted_until?: string;
  /** direct rooms: the other one */
  with?: Person;
}

export interface Welcome {
  session_id: string;
  user: Person;
  limits: { text: number };
  rooms: Summary[];
}

/** A message as written here, under the id that makes sending it again harmless. */
export interface Draft extends Content {
  client_id: string;
  timestamp: string;
}

/** What is written. */
export interface Content {
  message: string;
  reply_to?: number;
  /** how the answered message looks while this one is on its way */
  quote?: Quote;
  attachments?: Attachment[];
}
