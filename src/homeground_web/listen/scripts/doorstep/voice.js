// A recording in place of typing: kept on this phone only, sealed, until its note has been sent.
import * as safe from "./safe.js";

const LONGEST = 10 * 60 * 1000;
const PART = 5_000; // what is recorded is put away every few seconds, in case the phone dies
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export const possible = () => Boolean(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia);
export const idOf = (note) => `voice ${note}`;

// Asks for the microphone. Hands back how to stop; `stopped` settles when all is put away.
export async function record(store, note) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 24_000 });
  const parts = [];
  let saving = Promise.resolve();
  const putAway = async () => {
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    await store.change({ put: [{ kind: "voice", value: { id: idOf(note), bytes: safe.toBase64(bytes) } }] });
  };
  recorder.ondataavailable = ({ data }) => {
    if (!data.size) return;
    parts.push(data);
    saving = saving.then(putAway, putAway);
    saving.catch(() => {});
  };
  const stopped = new Promise((told, failed) => {
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      saving.then(told, failed);
    };
  });
  recorder.start(PART);
  const clock = setTimeout(() => stop(), LONGEST);
  const stop = () => { clearTimeout(clock); if (recorder.state !== "inactive") recorder.stop(); };
  return { stop, stopped };
}

// Played through the audio engine: the site's rules let no page load sound from an address.
let playing = null;
export async function play(store, note, ended) {
  hush();
  const kept = await store.get(idOf(note));
  if (!kept) return false;
  const engine = new AudioContext();
  playing = { engine, ended };
  const sound = await engine.decodeAudioData(safe.fromBase64(kept.bytes).buffer);
  if (playing?.engine !== engine) return true;
  const source = engine.createBufferSource();
  source.buffer = sound;
  source.connect(engine.destination);
  source.onended = () => { if (playing?.engine === engine) hush(); };
  source.start();
  return true;
}

export function hush() {
  const last = playing;
  playing = null;
  last?.engine.close();
  last?.ended();
}
