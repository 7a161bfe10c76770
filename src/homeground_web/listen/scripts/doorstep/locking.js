// Keeping notes locked, and saving them to a file: the forms for both.
import { BadFile, fromFile, handOver, toFile } from "./file.js";
import { part, passphraseOf, tell, wrong } from "./views.js";
import { counted, say } from "./words.js";

const submitted = (id, act) => part(id).addEventListener("submit", (event) => { event.preventDefault(); act(); });

export function locking(store, { opened, flush }) {
  const draw = () => {
    part("lock").hidden = store.byPassphrase;
    part("unlock-for-good").hidden = !store.byPassphrase;
  };
  submitted("unlock", async () => {
    const typed = part("unlock-with").value;
    const fine = typed !== "" && (await store.unlock(typed));
    wrong("unlock-with", fine ? "" : say("wrong-passphrase"));
    if (!fine) { part("unlock-with").focus(); return; }
    part("unlock-with").value = "";
    draw();
    await opened();
  });
  part("empty").addEventListener("click", async () => { await store.empty(); draw(); await opened(); });
  submitted("lock", async () => {
    const typed = passphraseOf("lock-with");
    if (!typed) return;
    await flush();
    await store.lockWith(typed);
    part("lock-with").value = "";
    draw();
    part("lock-part").querySelector("summary").focus();
  });
  part("unlock-for-good").addEventListener("click", async () => {
    await flush();
    await store.unlockForGood();
    draw();
    part("lock-part").querySelector("summary").focus();
  });
  draw();
}

export function filing(store, slug) {
  submitted("save-file", async () => {
    const typed = passphraseOf("file-with");
    if (!typed) return;
    const today = new Date();
    const date = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((one) => String(one).padStart(2, "0")).join("-");
    handOver(await toFile(store, slug, typed), `homeground-notes-${date}.json`);
    part("file-with").value = "";
    part("file-said").textContent = say("file-saved");
  });
  submitted("bring-file", async () => {
    const [file] = part("file").files;
    wrong("file", file ? "" : say("need-file"));
    wrong("bring-with", "");
    if (!file) { part("file").focus(); return; }
    try {
      const { came, there } = await fromFile(store, slug, await file.text(), part("bring-with").value);
      part("bring-file").reset();
      part("file-said").textContent = [counted("came", came), there ? counted("were", there) : ""].filter(Boolean).join(" ");
    } catch (failed) {
      if (!(failed instanceof BadFile)) { tell(say("cannot-save")); part("file-said").textContent = say("cannot-save"); return; }
      const [where, what] = { passphrase: ["bring-with", "wrong-passphrase"], place: ["file", "file-place"] }[failed.why] ?? ["file", "file-unreadable"];
      wrong(where, say(what));
      part(where).focus();
    }
  });
}
