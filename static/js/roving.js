// @ts-check
/** The timeline by keyboard and by touch: one tab stop, messages by arrows, their acts by →. */

/** @type {Record<string, string>} */
const LETTERS = { r: "reply", e: "edit", "+": "react", Delete: "delete" };

/**
 * @param {HTMLElement} log
 * @param {{act: (element: HTMLElement, name: string) => void, toEnd: () => void}} does
 */
export function startRoving(log, { act, toEnd }) {
  const lines = () => /** @type {HTMLElement[]} */ ([...log.querySelectorAll(":is(.message, .system-line, .system-run):not([hidden])")]);
  /** The one that the tab key comes back to. @type {HTMLElement} */
  let stop = log;

  /** @param {HTMLElement | undefined} line */
  function go(line) {
    line?.focus({ preventScroll: true });
    line?.scrollIntoView({ block: "nearest" });
  }

  log.addEventListener("focusin", ({ target }) => {
    const line = target instanceof Element ? target.closest(".message, .system-line") : null;
    if (!(line instanceof HTMLElement) || line === stop) return;
    if (stop !== log) stop.tabIndex = -1;
    stop = line;
    log.tabIndex = -1;
    stop.tabIndex = 0;
  });
  log.addEventListener("focusout", () => {
    if (!stop.isConnected) log.tabIndex = 0;
  });

  log.addEventListener("click", ({ target }) => {   // a tap shows what can be done
    const line = target instanceof Element && !target.closest("a, button, textarea") && target.closest(".message");
    if (line instanceof HTMLElement && !line.contains(document.activeElement) && getSelection()?.isCollapsed) line.focus({ preventScroll: true });
  });

  log.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!(target instanceof HTMLElement) || target.matches("textarea, input, pre") || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = /** @type {HTMLElement | null} */ (target.closest(".message, .system-line, .system-run"));
    const bar = target.closest(".message-actions");
    const all = lines();
    const at = line ? all.indexOf(line) : all.length;
    const forward = getComputedStyle(log).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = key === forward ? 1 : /^Arrow[LR]/.test(key) ? -1 : 0;
    if (key === "ArrowUp") go(all[Math.max(0, at - 1)]);
    else if (key === "ArrowDown") go(all[at + 1]);
    else if (key === "End") {
      toEnd();
      go(all.at(-1));
    } else if (step && line) {
      const buttons = /** @type {HTMLElement[]} */ ([...line.querySelectorAll(":is(.reaction, .message-actions button):not([hidden])")]);
      const first = buttons.findIndex((button) => button.closest(".message-actions"));
      const next = bar || target.matches(".reaction") ? buttons.indexOf(target) + step : step > 0 ? first : -1;
      (buttons[next] ?? line).focus();
    } else if (key === "Escape" && bar) line?.focus();
    else if (line && LETTERS[key]) act(line, LETTERS[key]);
    else return;
    event.preventDefault();
  });
}
