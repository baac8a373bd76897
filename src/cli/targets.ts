import { findLauncher } from '../package/launchers.ts';
import { hostTarget, TARGETS } from '../toolchain/targets.ts';
import { type CommonOptions, type Output, printJson, table } from './output.ts';

/** `targets`: the table of targets. */
export async function targets(_inputs: readonly string[], _flags: CommonOptions, out: Output): Promise<number> {
  const host = hostTarget();
  const rows = await Promise.all(
    TARGETS.map(async (target) => ({
      ...target,
      host: target === host,
      launcher: (await findLauncher(target)) !== undefined,
    })),
  );
  if (out.json) {
    printJson(out, { ok: true, targets: rows });
    return 0;
  }
  const head = ['target', 'tier', 'executable', 'runner', 'emulator', 'tested'];
  const body = rows.map((t) => [
    t.host ? `${t.name} *` : t.name,
    String(t.tier),
    t.launcher ? 'yes' : 'no launcher',
    t.runner ?? '-',
    t.emulator ?? '-',
    t.testedBy,
  ]);
  out.print(table([head, ...body]));
  if (!out.quiet) out.print("\n* this machine. The tier is wasmtime's: 1 is the best tested.\n");
  return 0;
}
