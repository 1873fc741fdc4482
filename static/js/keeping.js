// @ts-check
/** Keeping words in the browser. No DOM. */

/** Where nothing more fits, or nothing may be kept, one goes on talking. @param {Pick<Storage, "setItem">} storage @param {string} key @param {string} value */
export function keepIn(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // It is in the page still: only a reload would lose it
  }
}
