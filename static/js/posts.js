// @ts-check
/** Pages of posts, comments and notifications: what others do shows up without a reload. */

import { startAgo } from "./ago.js";
import { all, byId, fill, find, hit } from "./dom.js";
import { fetchPart, merge, oneByOne } from "./parts.js";
import { gettext, ngettext } from "./words.js";

/** @import {Page} from "./room.d.ts" */

/** A pause before asking, so that not everybody asks in the same moment. */
const SPREAD = 400;
/** As many pages of news are fetched; beyond, one had better reload. */
const PAGES = 5;

/** @param {Page} page */
export function startPosts(page) {
  const [feed, post, posts, told] = ["[data-feed]", "[data-post]", ".posts", "[data-notifications-page]"].map((place) => all(document, place)[0]);
  if (feed && !location.search) startFeed(page, feed);
  if (post) keepPost(page, post);
  else if (posts) keepPosts(page);
  if (told && !location.search) keepNotifications(page, told);
  startAgo();
  document.addEventListener("click", copy);
  showCopying();
}

/** A button above the list says how many posts came in; pressed, it puts them there. @param {Page} page @param {HTMLElement} feed */
function startFeed(page, feed) {
  const button = find(feed, "[data-act=news]");
  const list = find(feed, ".posts");
  const address = feed.dataset.feed ?? "";
  let newest = list.dataset.newest ?? "";
  /** @type {Element[]} */
  let waiting = [];
  const look = oneByOne(async () => {
    for (let count = 0; count < PAGES; count += 1) {
      const part = await fetchPart(newest ? `${address}?cursor=${encodeURIComponent(newest)}` : address);
      const articles = part ? all(part, ".posts > .post").filter(({ id }) => !byId(id)) : [];
      if (!part || !articles.length) break;
      newest = find(part, ".posts").dataset.newest ?? newest;
      waiting = [...articles, ...waiting];
    }
    button.hidden = !waiting.length;
    fill(button, { "": ngettext("%(count)s new post", "%(count)s new posts", waiting.length) });
  });
  button.onclick = () => {
    list.prepend(...waiting);
    feed.querySelector(":scope > .empty")?.remove();
    waiting = [];
    button.hidden = true;
    showCopying();
  };
  keepFresh(page, "feed_changed", look);
}

/** Posts in a list change and go. @param {Page} page */
function keepPosts(page) {
  page.on("event", async (event, data) => {
    const article = event === "post_changed" && byId(`p${data.post_id}`);
    if (!article) return;
    const part = data.gone ? null : await fetchPart(`/posts/${data.post_id}/`);
    const fresh = part?.querySelector(".post");
    if (fresh) article.replaceWith(fresh);
    else article.remove();
    showCopying();
  });
}

/** The one post of a page, and what is said to it. @param {Page} page @param {HTMLElement} shown */
function keepPost(page, shown) {
  const look = oneByOne(async () => {
    const part = await fetchPart(location.pathname + location.search);
    if (!part) return location.reload();
    merge(find(shown, "#comments"), find(part, "#comments"));
    const [article, fresh] = [find(shown, ".post"), find(part, ".post")];
    if (article.dataset.state !== fresh.dataset.state) article.replaceWith(fresh);
    showCopying();
  });
  keepFresh(page, "post_changed", look, ({ post_id }) => String(post_id) === shown.dataset.post);
}

/** The list of notifications, wherever they are read. @param {Page} page @param {HTMLElement} shown */
function keepNotifications(page, shown) {
  keepFresh(page, "notifications", oneByOne(async () => {
    const part = await fetchPart(location.pathname);
    const fresh = part && find(part, "[data-notifications-page]");
    if (!fresh || fresh.dataset.state === shown.dataset.state || shown.contains(document.activeElement)) return;
    shown.replaceWith(fresh);
    shown = fresh;
  }));
}

/** Look after this event, and after every connection: something may have been missed. The page's first comes after the page, too. @param {Page} page @param {string} name @param {() => void} look @param {(data: any) => boolean} concerns */
function keepFresh(page, name, look, concerns = () => true) {
  page.on("event", (event, data) => {
    if (event === "welcome" || event === name && concerns(data)) setTimeout(look, Math.random() * SPREAD);
  });
}

/** Browsers without a clipboard, or without HTTPS, get no button for it. */
function showCopying() {
  if (!navigator.clipboard) return;
  for (const button of all(document, "[data-copy]")) button.hidden = false;
}

/** @param {Event} event */
async function copy(event) {
  const button = hit(event, "[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(new URL(button.dataset.copy ?? "", location.href).href);
  fill(button, { span: gettext("Copied") });
}
