// Whoever runs the system: starts and stops it, takes a backup, and restores it on a Sunday. What they type is what
// docs/keeping-it.md says.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export class Operator {
  constructor(plan) { Object.assign(this, { plan, data: plan.data, copy: join(plan.folder, "seals") }); }

  environment() {
    const { CHESIL_DATABASE, CHESIL_BACKUP_KEY, CHESIL_BACKUP_KEY_FILE, ...rest } = process.env;
    return rest;
  }

  // Serves until it is stopped; answers the address.
  async serve() {
    const listen = `127.0.0.1:${18_000 + (process.pid % 20_000)}`;
    this.base = `http://${listen}`;
    const words = ["serve", "--listen", listen, "--here", this.base, "--data", this.data, "--machines", this.plan.machines, "--audit-copy", this.copy];
    this.server = spawn(this.plan.chesil, words, { stdio: ["ignore", "pipe", "inherit"], env: this.environment() });
    await new Promise((up, fail) => {
      this.server.stdout.on("data", (text) => { if (String(text).includes("serves at")) up(); });
      this.server.once("exit", (code) => fail(new Error(`the server ended with ${code}`)));
    });
    return this.base;
  }

  // As a machine that is lost: nothing is written at the end.
  async lose() {
    const ended = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGKILL");
    await ended;
  }

  stop() { this.server?.kill("SIGKILL"); }

  run(...words) {
    const done = spawnSync(this.plan.chesil, words, { encoding: "utf8", env: this.environment() });
    return { code: done.status, words: `${done.stdout}${done.stderr}` };
  }

  backup(name) { return this.run("backup", "--data", this.data, "--out", join(this.plan.folder, name), "--key-file", this.plan.key); }

  restore(name, into, ...list) {
    return this.run("restore", "--from", join(this.plan.folder, name), "--data", into, "--key-file", this.plan.key, ...list);
  }

  // Waits until what was decided until now is listed beside the seals: it is looked for every five seconds, and the
  // second time that nothing more comes all of it is there.
  async settled() {
    const list = `${this.copy}.removals`;
    const lines = () => (existsSync(list) ? readFileSync(list, "utf8").split("\n").length : 0);
    for (let last = -1; last !== lines();) {
      last = lines();
      await new Promise((on) => setTimeout(on, 5_500));
    }
  }
}
