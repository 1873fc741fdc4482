// @ts-check
/** Tells why something that htmx was to do came to nothing: by itself it would show nothing. */

import { find, fromTemplate } from "./dom.js";

/** Said in the words of the page that the server answered, or else as a lost connection. @param {any} event */
function tell({ detail }) {
  const answer = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  const words = answer.querySelector("main p")?.textContent;
  const notice = fromTemplate("failure", words ? { span: words } : {});
  notice.ontoggle = (event) => event.newState === "closed" && notice.remove();   // at the next click, or by Escape
  find(document, "main").append(notice);
  notice.showPopover();
}

/** Who is led elsewhere is signed out: the page itself leads to the sign-in and back. @param {any} event */
function leave({ detail }) {
  if (new URL(detail.xhr.responseURL).pathname === detail.pathInfo.requestPath.split("?")[0]) return;
  detail.shouldSwap = false;
  location.reload();
}

export function startFailures() {
  document.addEventListener("htmx:beforeSwap", leave);
  for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, tell);
}
