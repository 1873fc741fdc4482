// @ts-check
/** The timeline by keyboard and by touch: one tab stop, messages by arrows, their acts by →. */

import { all, hit } from "./dom.js";

const LINES = ".message, .system-line, .system-run";
const BUTTONS = ".reaction, .message-actions button";
/** @type {Record<string, string>} */
const LETTERS = { r: "reply", e: "edit", "+": "react", Delete: "delete" };

/**
 * Returns what to do after messages came or went.
 * @param {HTMLElement} log
 * @param {{act: (element: HTMLElement, name: string) => void, toEnd: () => void}} does
 */
export function startRoving(log, { act, toEnd }) {
  /** The one that the tab key comes back to. @type {HTMLElement} */
  let stop = log;

  /** @param {HTMLElement | undefined} line */
  function go(line) {
    line?.focus({ preventScroll: true });
    line?.scrollIntoView({ block: "nearest" });
  }

  log.addEventListener("focusin", (event) => {
    const line = hit(event, ".message, .system-line");
    if (!line || line === stop) return;
    if (stop !== log) stop.tabIndex = -1;
    stop = line;
    log.tabIndex = -1;
    stop.tabIndex = 0;
  });
  /** What the tab key came back to may be gone. */
  function mend() {
    log.tabIndex = stop.isConnected && stop !== log ? -1 : 0;
  }

  log.addEventListener("focusout", mend);

  log.addEventListener("click", (event) => {   // a tap shows what can be done
    const line = !hit(event, "a, button, textarea") && hit(event, ".message");
    if (line && !line.contains(document.activeElement) && getSelection()?.isCollapsed) line.focus({ preventScroll: true });
  });

  log.addEventListener("keydown", (event) => {
    const { key } = event;
    if (hit(event, "textarea, input, pre") || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = hit(event, LINES);
    const button = hit(event, BUTTONS);
    const lines = all(log, `:is(${LINES}):not([hidden])`);
    const at = line ? lines.indexOf(line) : lines.length;
    const forward = getComputedStyle(log).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = key === forward ? 1 : /^Arrow[LR]/.test(key) ? -1 : 0;
    if (key === "ArrowUp") go(lines[Math.max(0, at - 1)]);
    else if (key === "ArrowDown") go(lines[at + 1]);
    else if (key === "End") {
      toEnd();
      go(lines.at(-1));
    } else if (step && line) {
      const buttons = all(line, `:is(${BUTTONS}):not([hidden])`);
      const first = buttons.findIndex((each) => each.matches(".message-actions *"));
      const next = button ? buttons.indexOf(button) + step : step > 0 ? first : -1;
      (buttons[next] ?? line).focus();
    } else if (key === "Escape" && button) line?.focus();
    else if (line && LETTERS[key]) act(line, LETTERS[key]);
    else return;
    event.preventDefault();
  });
  return mend;
}
