// What makes the office nicer, and nothing that it needs: drafts are saved and
// the preview is drawn while one types, long texts are counted, links copied,
// passkeys asked.
(() => {
  "use strict";

  // How many characters are left, beside each text that has a limit.
  for (const field of document.querySelectorAll("[data-max]")) {
    const max = Number(field.dataset.max);
    const count = document.createElement("span");
    count.className = "help count";
    const show = () => {
      const length = [...field.value].length;
      count.textContent = `${length} / ${max}`;
      count.classList.toggle("err", length > max);
    };
    field.after(count);
    field.addEventListener("input", show);
    show();
  }

  // A button that copies is there where the browser lets a page do so.
  for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.copied;
    });
  }

  // A passkey answers what the server asks; where the browser knows none, a code does.
  const keys = window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential;
  const answer = async (kind, options) => JSON.stringify(await (kind === "create"
    ? navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(options) })));
  for (const button of keys ? document.querySelectorAll("[data-key]") : []) {
    const form = button.form, failed = document.getElementById(button.dataset.failed), silent = failed.textContent;
    let asking = false; // a second question ends the first
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault(); // the answer is sent once there is one
      if (asking || !form.reportValidity()) return;
      asking = true;
      failed.hidden = true;
      try {
        const question = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams({ action: button.dataset.ask }), redirect: "manual" });
        if (question.ok) form.elements.passkey.value = await answer(button.dataset.key, await question.json());
        form.submit(); // without a question the server says why there is none
      } catch (error) {
        failed.textContent = (error.name === "InvalidStateError" && failed.dataset.known) || silent;
        failed.hidden = false;
      }
      asking = false;
    });
  }

  const form = document.getElementById("editor");
  const said = document.getElementById("saved");
  if (!form || !said) return;

  const wait = 2000; // milliseconds after the last change
  let timer = 0;
  let saving = null; // the save that is under way
  let changed = false;
  let stopped = false; // somebody else saved first, or the session has ended

  const say = (text) => {
    for (const place of document.querySelectorAll("[data-saved]")) place.textContent = text;
  };

  const touched = new WeakSet(); // fields that somebody has changed since the page came

  // The sentence beside a field, and the mark that it is about the field.
  const tell = (control, text) => {
    const id = `${control.id}-e`;
    let sentence = document.getElementById(id);
    if (!sentence) {
      sentence = document.createElement("span");
      sentence.className = "err";
      sentence.id = id;
      control.before(sentence);
      control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    sentence.textContent = text;
    control.setAttribute("aria-invalid", "true");
    control.closest(".field")?.classList.add("bad");
  };

  const untell = (control) => {
    document.getElementById(`${control.id}-e`)?.remove();
    const rest = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => document.getElementById(id));
    if (rest.length) control.setAttribute("aria-describedby", rest.join(" ")); else control.removeAttribute("aria-describedby");
    control.removeAttribute("aria-invalid");
    control.closest(".field")?.classList.remove("bad");
  };

  // What the server finds wrong stands beside its field; what was wrong and has
  // been changed does not.
  const mark = (wrong) => {
    const found = new Map();
    for (const { name, row, text } of wrong) {
      const control = form.querySelectorAll(`[name="${name}"]`)[row];
      if (control?.id) found.set(control, text);
    }
    for (const control of form.querySelectorAll("[aria-invalid]")) {
      if (touched.has(control) && !found.has(control)) untell(control);
    }
    for (const [control, text] of found) tell(control, text);
  };

  // The form as it stands; a file is sent once, by the button.
  const typed = () => {
    const data = new FormData(form);
    data.delete("file");
    data.set("action", "autosave");
    return data;
  };

  const save = async () => {
    changed = false;
    say(said.dataset.saving);
    const response = await fetch(form.getAttribute("action"), { // its buttons are called "action" too
      method: "POST", body: typed(), redirect: "error", headers: { Accept: "application/json" },
    });
    const answer = await response.json();
    mark(answer.wrong);
    if (answer.message) {
      stopped = response.status === 409;
      say(answer.message);
      return;
    }
    form.elements.version.value = answer.version;
    if (form.getAttribute("action") !== answer.path) {
      form.setAttribute("action", answer.path);
      for (const button of form.querySelectorAll("[formaction]")) {
        button.setAttribute("formaction", answer.path + new URL(button.formAction).hash);
      }
      history.replaceState(null, "", answer.path);
    }
    document.getElementById("preview").innerHTML = answer.preview; // made and cleaned by the server
    say(answer.saved);
  };

  const run = () => {
    clearTimeout(timer);
    if (saving || stopped || !changed) return;
    saving = save().catch(() => { say(said.dataset.failed); changed = true; }).finally(() => {
      saving = null;
      if (changed && !stopped) timer = setTimeout(run, 5 * wait);
    });
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "file") return;
    touched.add(event.target);
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(run, wait);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) run(); });

  // A button waits for the save under way: two saves of one person must not
  // meet. A second press of the same button changes nothing.
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    clearTimeout(timer);
    if (saving) {
      event.preventDefault();
      saving.finally(() => form.requestSubmit(event.submitter));
      return;
    }
    sent = true;
    stopped = true;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) { sent = false; stopped = false; } });
})();
