/** What the parts of a room's page share, and what they tell each other. Types only: nothing of this reaches a browser. */

import type { LineState } from "./line.js";
import type { Letter, Outbox } from "./outbox.js";
import type { ChatSocket } from "./socket.js";
import type { Timeline } from "./timeline.js";
import type { Content, Draft, Message, Person, Refusal, RoomHistory, RoomState, Stored } from "./wire.d.ts";

export interface Page {
  /** hear a signal; in the order in which parts asked to */
  on<Name extends keyof Signals>(name: Name, hear: (...said: Signals[Name]) => void): void;
  say<Name extends keyof Signals>(name: Name, ...said: Signals[Name]): void;
}

export interface Room extends Page {
  main: HTMLElement;
  me: Person;
  id: string;
  /** characters of a message */
  limit: number;
  /** the room as the page came with it */
  rendered: RoomHistory;
  outbox: Outbox;
  timeline: Timeline;
  socket: ChatSocket;
  /** ask the server about this room; what went wrong is returned as `refusal`, not thrown */
  ask(event: string, data: object): Promise<any>;
  /** send until stored or refused, over reloads too */
  send(content: Content): void;
  start(): void;
}

export interface Signals {
  /** everything the server says unasked, of any room */
  event: [event: string, data: any];
  /** what of it concerns this room; said first */
  here: [event: string, data: any];
  state: [state: LineState];
  /** what was missed has been heard */
  joined: [roomId: string];
  /** the room cannot be joined */
  barred: [error: Refusal, roomId: string];
  /** the present state of the room itself */
  room: [room: RoomState];
  /** messages of others that just came in */
  heard: [messages: Message[]];
  /** something is on its way from here */
  written: [draft: Draft];
  /** letters of any room reached the end of their road */
  stored: [letter: Letter, ack: Stored];
  refused: [letter: Letter, error: Refusal];
  /** one's own unsent message goes back to where it was written */
  rewrite: [draft: Draft];
  /** one's own unsent message was given up, or is tried again */
  reconsidered: [];
  /** the next thing written answers this */
  reply: [message: Message];
  /** one's last message shall be edited */
  edit_last: [];
  /** a message and all after it are to be read again; the server's answer */
  unread: [sequence: number, asked: Promise<{ room_id: string; unread: number; mentions: number } | undefined>];
  /** something to tell at once, for a moment; `failed`: why something was refused */
  said: [words: string, failed?: boolean];
  /** how much of this room, or of another, is unread */
  read: [counts: { room_id: string; unread: number; mentions?: number }];
}
