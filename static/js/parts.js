// @ts-check
/** Parts of pages, fetched as the server renders them and put in without disturbing what stays. */

/** On a line that died silently nobody answers, and what is asked for again waits behind that. */
const PATIENCE = 20_000;

/** Null where it is not there any more. Who is led elsewhere is signed out. @param {string} address @returns {Promise<DocumentFragment | null>} */
export async function fetchPart(address) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 404) return null;
  if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}

/** Let `old` have the children of `fresh`. One with the same id and `data-state` stays as it is, with its focus. @param {Element} old @param {Element} fresh */
export function merge(old, fresh) {
  const known = new Map([...old.children].map((child) => [child.id, child]));
  const kept = [...fresh.children].map((child) => {
    const present = known.get(child.id);
    return present && present.getAttribute("data-state") === child.getAttribute("data-state") ? present : child;
  });
  for (const child of [...old.children]) if (!kept.includes(child)) child.remove();
  kept.forEach((child, place) => old.children[place] !== child && old.insertBefore(child, old.children[place] ?? null));
}

/** One at a time, and once more if asked for meanwhile. What fails is left to the next time. @param {() => Promise<void>} act */
export function oneByOne(act) {
  let running = false;
  let again = false;
  return async function run() {
    again = running;
    if (running) return;
    running = true;
    try {
      await act();
    } catch {
      // Away: the connection's next greeting asks again, unless it just did.
    }
    running = false;
    if (again) run();
  };
}
