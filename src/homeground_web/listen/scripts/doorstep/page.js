// The doorstep page: notes of conversations, kept on the phone until the site has them.
import { Doors } from "./doors.js";
import { filing, locking } from "./locking.js";
import { Look } from "./look.js";
import { Note } from "./note.js";
import { Outbox } from "./outbox.js";
import * as room from "./room.js";
import { possible } from "./safe.js";
import { Sitting } from "./sitting.js";
import { openStore } from "./store.js";
import * as strip from "./strip.js";
import { backGoes, go, part, reveals, show, shown, takesTwo } from "./views.js";
import { Worry } from "./worry.js";

const told = JSON.parse(part("told").textContent);
const root = part("doorstep");
root.append(part("doorstep-page").content.cloneNode(true)); // without scripts there is only the way to the web form

async function begin() {
  const store = await openStore(root.dataset.slug);
  const outbox = new Outbox(told, store);
  const doors = new Doors(told, store, outbox);
  const note = new Note(told, store, doors);
  const look = new Look(told, store, outbox);
  const worry = new Worry(told, store, outbox);
  const sitting = new Sitting(told, store);
  let last = null; // the note just saved

  // Many changes in a row are drawn once.
  let drawing = null, again = false;
  const draw = () => {
    if (drawing) { again = true; return; }
    drawing = (async () => {
      do {
        again = false;
        await strip.draw(store, outbox, shown() === "look" && look.stuck);
        await doors.draw();
        if (shown() === "look" && !store.locked && !look.busy) await look.draw();
      } while (again);
    })().catch(console.warn).finally(() => { drawing = null; });
  };
  const opened = (name) => {
    if (name === "look") look.show().catch(console.warn);
    if (name === "worry") worry.open(note.open ? note.id : last);
    if (name === "statements") sitting.begin();
    if (name === "doors") sitting.end();
    if (name === "doors") note.restore().then(draw);
  };
  const unlocked = async () => {
    show("doors");
    if (!note.open) await note.restore();
    draw();
    outbox.run();
  };

  store.onchange = draw;
  store.onrelock = async () => {
    if (await store.look()) { draw(); return; }
    show("locked");
    draw();
  };
  outbox.onchange = look.onasked = draw;
  outbox.onback = () => { if (shown() === "look" && !store.locked) look.ask().catch(console.warn); };
  doors.onpatch = () => note.offer(doors.streets);
  doors.ontalked = () => note.start();
  note.onsaved = (saved) => {
    last = saved.id;
    part("code").textContent = saved.code;
    part("code-wordless").hidden = Boolean(saved.text);
    go("code", () => {});
    outbox.run();
    warn(store);
  };
  sitting.onended = () => outbox.run();
  worry.onsaved = () => go("doors", opened);
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", async () => { await note.flush().catch(() => {}); go(button.dataset.open, opened); });
  }
  document.querySelector("[data-try]").addEventListener("click", () => {
    outbox.greet().then(() => outbox.run(), () => {});
    if (shown() === "look") look.ask();
  });
  document.querySelector('[data-warn="lost"] button').addEventListener("click", () => { store.forgive(); draw(); part("doors-title").focus(); });
  document.querySelector('[data-warn="votes"] button').addEventListener("click", async () => {
    const read = (await store.list("vote")).filter(({ value }) => value.problem);
    await store.change({ remove: read.map(({ value, stamp }) => ({ id: value.id, stamp })) });
    part(`${shown()}-title`).focus();
  });
  locking(store, { opened: unlocked, flush: () => note.flush() });
  filing(store, root.dataset.slug);
  backGoes(opened);
  takesTwo(document);
  reveals(document);

  await doors.begin();
  await strip.draw(store, outbox);
  if (store.locked) {
    show("locked", { quiet: true });
  } else {
    show("doors", { quiet: true });
    await note.restore();
  }
  open();
  outbox.run();
  outbox.greet().catch(() => {});
  warn(store);
}

// Until now there was a title and, after three seconds, the way to the web form.
function open() {
  part("opening")?.remove();
  root.hidden = false;
}

async function warn(store) {
  document.querySelector('[data-warn="full"]').hidden = !(await room.nearlyFull());
  if (await store.count("note")) document.querySelector('[data-warn="may-clear"]').hidden = (await room.asked(store)) !== "may-clear";
}

function register() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.register(told.worker, { scope: location.pathname, updateViaCache: "none" }).catch(() => {}); // no signal: the one that is there stays
}

function cannot(wrong) {
  console.warn(wrong);
  root.querySelector(".hg-strip").hidden = true;
  show("cannot", { quiet: true });
  open();
}

if (possible()) begin().then(register, cannot); else cannot("no place to keep notes");
