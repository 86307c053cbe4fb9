import { dirname, join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** One compile error of a snippet. */
export interface SnippetError {
  /** The snippet's text from where the error lies. */
  readonly at: string;
  readonly message: string;
}

/**
 * Compiles snippets as files of the project, all in one program since the libraries take most of the time.
 *
 * @param snippets name -> text; the names become file names in `__tests__`
 * @returns name -> errors
 */
export function compileSnippets(
  snippets: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly SnippetError[]> {
  const files = new Map(
    Object.entries(snippets).map(([name, text]) => [join(ROOT, "__tests__", `${name}.snippet.ts`), { name, text }]),
  );
  const options: ts.CompilerOptions = { ...projectOptions(), noUnusedLocals: false, noUnusedParameters: false };
  const program = ts.createProgram([...files.keys()], options, hostWith(files, options));
  return new Map(
    [...files].map(([path, { name }]) => {
      const source = program.getSourceFile(path);
      return [
        name,
        [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(toError),
      ];
    }),
  );
}

function projectOptions(): ts.CompilerOptions {
  const path = join(ROOT, "tsconfig.json");
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, dirname(path)).options;
}

function hostWith(files: ReadonlyMap<string, { readonly text: string }>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path)?.text ?? host.readFile(path),
    getSourceFile: (path, ...others) => {
      const text = files.get(path)?.text;
      return text === undefined ? host.getSourceFile(path, ...others) : ts.createSourceFile(path, text, others[0]);
    },
  };
}

function toError({ file, start, messageText }: ts.Diagnostic): SnippetError {
  return { at: file?.text.slice(start) ?? "", message: ts.flattenDiagnosticMessageText(messageText, "\n") };
}
