// @ts-check
/** Words for people, in their language where the page brought Django's catalog. */

/**
 * @typedef {object} Catalog
 * @property {(text: string) => string} gettext
 * @property {(one: string, many: string, count: number) => string} ngettext
 */
/** @returns {Catalog | undefined} */
const catalog = () => /** @type {any} */ (globalThis).django;

/** @param {string} text @param {Record<string, string | number>} [values] filled in for `%(name)s` */
export const gettext = (text, values = {}) => fill(catalog()?.gettext(text) ?? text, values);

/** `%(count)s` becomes the count. @param {string} one @param {string} many @param {number} count */
export const ngettext = (one, many, count) =>
  (catalog()?.ngettext(one, many, count) ?? (count === 1 ? one : many)).replaceAll("%(count)s", number(count));

/** Fill in `%(name)s`. @param {string} text @param {Record<string, string | number>} values */
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (all, name) => String(values[name] ?? all));

/** A count as people of this language write it. @param {number} count */
export const number = (count) => count.toLocaleString(language());

/** The page's language; the browser's own where there is no page. */
export const language = () => globalThis.document?.documentElement.lang || undefined;
