// The page's own server: everything is relative to the address that holds the key.

export class ServerGone extends Error {}
export class Refused extends Error {}

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new ServerGone("The demo is not answering.");
  }
  if (answer.status === 403 || (answer.status === 404 && !path.startsWith("api/chat"))) {
    throw new ServerGone("This demo has ended. Open the address that the terminal shows.");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.error ?? `The demo answered ${answer.status}.`);
  return body;
}

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: () => call("api/state"),
  chat: (user, chat, before = null) => call(`api/chat?${query({ user, chat, before })}`),
  send: (user, chat, text, reply = null) => post("api/send", { user, chat, text, reply }),
  press: (user, chat, message, data) => post("api/press", { user, chat, message, data }),
  fileUrl: (id) => `api/file/${encodeURIComponent(id)}`,
  world: () => call("world/state"),
  worldDo: (action, body) => post(`world/${action}`, body),
};
