// @ts-check
/** How the parts of a page tell each other. No DOM. */

/** Uncaught, so that consoles and tests see it. @param {unknown} error */
function reportFault(error) {
  setTimeout(() => {
    throw error;
  });
}

/** A part that fails keeps nothing from the others. @returns {import("./room.d.ts").Page} */
export function makeSignals() {
  /** @type {Map<string, ((...said: any[]) => void)[]>} */
  const listeners = new Map();
  return {
    on: (name, hear) => void listeners.set(name, [...listeners.get(name) ?? [], hear]),
    say(name, ...said) {
      for (const hear of listeners.get(name) ?? []) {
        try {
          hear(...said);
        } catch (error) {
          reportFault(error);
        }
      }
    },
  };
}
