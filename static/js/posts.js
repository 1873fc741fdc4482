// @ts-check
/** Pages of posts, comments and notifications: what others do shows up without a reload. */

import { startAgo } from "./ago.js";
import { all, byId, fill, find, hit } from "./dom.js";
import { fetchPart, merge, oneByOne } from "./parts.js";
import { gettext, ngettext } from "./words.js";

/** @import {Page} from "./room.d.ts" */

/** A pause before asking, so that not everybody asks in the same moment. */
const SPREAD = 400;
/** As many posts are asked for at once, or wait to be shown; beyond, one had better reload. */
const ENOUGH = 100;

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
  let newest = list.dataset.newest ?? "";
  /** What waits is on the page, too, since it changes and goes as all posts do. */
  const waiting = document.createElement("div");
  waiting.hidden = true;
  feed.append(waiting);
  new MutationObserver(() => {
    const { length } = waiting.children;
    button.hidden = !length;
    fill(button, { "": ngettext("%(count)s new post", "%(count)s new posts", length) });
  }).observe(waiting, { childList: true });
  const look = oneByOne(async () => {
    const part = await fetchPart(location.pathname + (newest && `?cursor=${encodeURIComponent(newest)}`));
    const articles = part ? all(part, ".posts > .post").filter(({ id }) => !byId(id)) : [];
    if (!part || !articles.length) return;
    newest = find(part, ".posts").dataset.newest ?? newest;
    waiting.prepend(...articles);
    if (waiting.children.length < ENOUGH) look();
  });
  button.onclick = () => {
    list.prepend(...waiting.children);
    feed.querySelector(":scope > .empty")?.remove();
    showCopying();
  };
  keepFresh(page, "feed_changed", look);
}

/** Posts in a list change and go. @param {Page} page */
function keepPosts(page) {
  /** The ids of elements that may be of yesterday. @type {Set<string>} */
  const stale = new Set();
  const look = oneByOne(async () => {
    const ids = [...stale].slice(0, ENOUGH);
    if (!ids.length) return;
    for (const id of ids) stale.delete(id);
    const part = await fetchPart(`/posts/?ids=${ids.join().replaceAll("p", "")}`);
    if (!part) return;
    for (const id of ids) {
      const [article, fresh] = [byId(id), all(part, `#${id}`)];
      if (article?.dataset.state !== fresh[0]?.dataset.state) article?.replaceWith(...fresh);
    }
    showCopying();
    look();
  });
  keepFresh(page, "post_changed", look, ({ post_id: id }) => all(document, id ? `#p${id}` : ".post").map((post) => stale.add(post.id))[0]);
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
  keepFresh(page, "post_changed", look, ({ post_id: id }) => !id || String(id) === shown.dataset.post);
}

/** The list of notifications, wherever they are read. @param {Page} page @param {HTMLElement} shown */
function keepNotifications(page, shown) {
  const look = oneByOne(async () => {
    const part = await fetchPart(location.pathname);
    const fresh = part && find(part, "[data-notifications-page]");
    if (!fresh || fresh.dataset.state === shown.dataset.state) return;
    if (shown.contains(document.activeElement)) return shown.addEventListener("focusout", look, { once: true });   // not under one's fingers
    shown.replaceWith(fresh);
    shown = fresh;
  });
  keepFresh(page, "notifications", look);
}

/** Look after this event, and after every connection: something may have been missed. The page's first comes after the page, too. @param {Page} page @param {string} name @param {() => void} look @param {(data: any) => unknown} concerns */
function keepFresh(page, name, look, concerns = () => true) {
  page.on("event", (event, data) => {
    if ((event === "welcome" || event === name) && concerns(data)) setTimeout(look, Math.random() * SPREAD);
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
