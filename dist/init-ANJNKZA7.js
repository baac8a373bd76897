import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{CONFIG_FILE}from"./chunk-DNWIZIIV.js";import{shownPath}from"./chunk-ME5NL52T.js";import{last}from"./chunk-IJCWGNTC.js";import{printJson}from"./chunk-PEZGZ7IH.js";import{fileError,makeFolder,writeAtomic}from"./chunk-OLRZWMKN.js";import{EXIT,userError}from"./chunk-N62UWK6D.js";import"./chunk-NKL4CTBL.js";import{stat}from"node:fs/promises";import{basename,dirname,join,resolve}from"node:path";var PROGRAM=`// Prints a greeting.
fun greeting(name: string): string {
  if name == "" {
    return "Hello!"
  }
  return "Hello, " + name + "!"
}

print(greeting("world"))

test "a greeting names whom it greets" {
  expect greeting("Ada") == "Hello, Ada!"
  expect greeting("") == "Hello!"
}
`,WORKFLOW=`name: mochi
on:
  push:
    branches: [main]
    tags: ['v*']
  pull_request:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: mochilang/mochi-wasm-action@v1
        with:
          command: check
  release:
    if: startsWith(github.ref, 'refs/tags/v')
    needs: check
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: mochilang/mochi-wasm-action@v1
        with:
          command: release
`;function config(name){return`[package]
name = "${name}"
version = "0.1.0"

[wasm]
main = "src/main.mochi"
tests = ["**/*_test.mochi"]
`}async function initProject(folder,options){let name=options.name??basename(resolve(folder)).replace(/[^A-Za-z0-9._-]+/g,"-").replace(/^[^A-Za-z0-9]+/,"");if(!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))throw userError("E303",`${JSON.stringify(name)} cannot be the name of a package`,'use letters, digits, ".", "_" and "-" only: --name hello',EXIT.usage);let files=new Map([[CONFIG_FILE,config(name)],["src/main.mochi",PROGRAM],...options.workflow?[[".github/workflows/mochi.yml",WORKFLOW]]:[]]);for(let path of files.keys())if(await stat(join(folder,path)).catch(()=>{}))throw userError("E216",`${shownPath(join(folder,path))} is there already`,"choose another folder");for(let[path,text]of files){let full=join(folder,path);try{await makeFolder(dirname(full))}catch(error){throw fileError(error,"write",shownPath(dirname(full)))}await writeAtomic(full,text)}return[...files.keys()].map(path=>shownPath(join(folder,path)))}async function init(inputs,flags,out){let[folder=".",...others]=inputs;if(others.length>0)throw userError("E100","init takes one folder","Write: mochi-wasm init hello",EXIT.usage);let files=await initProject(folder,{name:last(flags.name),workflow:flags.workflow!==!1});if(out.json)printJson(out,{ok:!0,files});else if(!out.quiet){out.print(files.map(file=>`made ${file}
`).join(""));let where=folder==="."?"":` ${folder}`;out.print(`Try it: mochi-wasm run${where}, mochi-wasm test${where}
`)}return EXIT.ok}export{init};
