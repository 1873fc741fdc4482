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

export function startFailures() {
  for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, tell);
}
