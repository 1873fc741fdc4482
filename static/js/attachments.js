// @ts-check
/** Files on their way into the next message: by button, paste or drop, with progress, each removable, failures in place. */

import { all, fill, find, fromTemplate } from "./dom.js";
import { gettext } from "./words.js";

/** @import {Attachment} from "./wire.d.ts" */
/** @typedef {{attachment?: Attachment, drop: () => void}} Upload */

/** @param {HTMLElement} form @param {() => void} onChange */
export function startAttachments(form, onChange) {
  const list = find(form, ".composer-files");
  const address = /** @type {string} */ (form.dataset.files);
  const token = /** @type {HTMLInputElement} */ (find(form, "[name=csrfmiddlewaretoken]")).value;
  const input = /** @type {HTMLInputElement} */ (find(form, ".attach input"));
  /** @type {Set<Upload>} */
  const uploads = new Set();

  /** @param {Iterable<File> | null | undefined} files */
  function add(files) {
    for (const file of files ?? []) show(file.name, file);
  }

  /** @param {string} name @param {File} [file] to send @param {Attachment} [attachment] sent already */
  function show(name, file, attachment) {
    const element = fromTemplate("upload", { ".name": name, progress: { "aria-label": name } });
    const bar = /** @type {HTMLProgressElement} */ (find(element, "progress"));
    const [retry, remove] = all(element, "button");
    const request = new XMLHttpRequest();   // fetch tells nothing of an upload's progress
    /** @type {Upload} */
    const upload = {
      drop() {
        request.abort();
        element.remove();
        uploads.delete(upload);
      },
    };

    /** @param {string} [why] it failed */
    function settle(why = "") {
      bar.hidden = !!(why || upload.attachment);
      retry.hidden = !why || [413, 415].includes(request.status);   // such a file is never taken
      const { preview = null } = upload.attachment ?? {};
      fill(element, { ".field-error": why, img: { src: preview } });
      find(element, "img").hidden = !preview;
      onChange();
    }

    function send() {
      const body = new FormData();
      body.append("file", /** @type {File} */ (file));
      request.open("POST", address);
      request.setRequestHeader("X-CSRFToken", token);
      request.responseType = "json";
      request.send(body);
      settle();
    }

    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = loaded / total;
    };
    request.onload = () => {
      if (request.status === 201) upload.attachment = request.response;
      settle(upload.attachment ? "" : request.response?.message ?? gettext("This file was refused."));
    };
    request.onerror = () => settle(gettext("The connection was lost."));
    retry.onclick = () => {
      remove.focus();   // the other one goes
      send();
    };
    remove.onclick = () => {
      upload.drop();
      onChange();
      find(form, "textarea").focus();
    };
    remove.ariaLabel = gettext("Remove %(name)s", { name });
    upload.attachment = attachment;
    uploads.add(upload);
    list.append(element);
    if (file) send();
    else settle();
  }

  find(form, ".attach").hidden = false;
  input.onchange = () => {
    add(input.files);
    input.value = "";
  };
  form.addEventListener("paste", ({ clipboardData }) => add(clipboardData?.files));
  for (const name of /** @type {const} */ (["dragover", "drop"])) {
    addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();   // or the browser opens the file in place of the page
      add(event.dataTransfer.files);   // there are none before they are dropped
    });
  }

  return {
    /** Those that arrived, in order. */
    ready: () => [...uploads].flatMap(({ attachment }) => attachment ?? []),
    /** Whether some are on their way, or did not get there. */
    pending: () => [...uploads].some(({ attachment }) => !attachment),
    /** Those of a draft, which are there already. @param {Attachment[]} attachments */
    put: (attachments) => attachments.forEach((each) => show(each.name, undefined, each)),
    clear: () => uploads.forEach(({ drop }) => drop()),
  };
}
