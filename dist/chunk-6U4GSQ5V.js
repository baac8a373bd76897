import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{assertNever}from"./chunk-WCG7AS7B.js";import{userError}from"./chunk-N62UWK6D.js";var INSTALLER_KINDS=["sh","ps1","homebrew","scoop"],DEFAULT_INSTALLERS=["sh","ps1"];function makeInstallers(kinds,input){let{repository}=input.source;if(!/^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[A-Za-z0-9._-]+)+$/.test(repository))throw userError("E309",`${JSON.stringify(repository)} is not the address of a repository`,"give OWNER/NAME, or an address such as https://github.com/OWNER/NAME");let unix=input.archives.filter(archive=>archive.os!=="windows"),windows=input.archives.filter(archive=>archive.os==="windows"),made=new Map;for(let kind of INSTALLER_KINDS.filter(one=>kinds.includes(one)))switch(kind){case"sh":unix.length>0&&made.set("install.sh",shellInstaller(input,unix));break;case"ps1":windows.length>0&&made.set("install.ps1",powershellInstaller(input,windows));break;case"homebrew":unix.some(isForHomebrew)&&made.set(`${input.name}.rb`,homebrewFormula(input,unix.filter(isForHomebrew)));break;case"scoop":windows.length>0&&made.set(`${input.name}.json`,scoopManifest(input,windows));break;default:assertNever(kind)}return made}function installerKindOf(file,packageName){if(file==="install.sh")return"sh";if(file==="install.ps1")return"ps1";if(file===`${packageName}.rb`)return"homebrew";if(file===`${packageName}.json`)return"scoop"}function downloadBase({repository,tag}){return`${repository}/releases/download/${encodeURIComponent(tag)}`}function isForHomebrew({arch}){return arch==="x86_64"||arch==="aarch64"}function quoted(text){if(!/^[A-Za-z0-9 ._:/@%+,~-]*$/.test(text))throw new Error(`not to be put into an installer: ${text}`);return`'${text}'`}function shellInstaller(input,archives){let{name,version,source}=input,base=downloadBase(source),cases=archives.map(({target,file,sha256,executables})=>`    ${target})
      file=${quoted(file)}
      digest=${quoted(sha256)}
      programs=${quoted(executables.join(" "))}
      ;;
`);return`#!/bin/sh
# Installs ${name} ${version} (${source.repository}). Needs no root. Made by mochi-wasm.
#
#   curl -fsSL ${base}/install.sh | sh
#   sh install.sh --to "$HOME/bin"
#
# Options: --to FOLDER      where to (default: $INSTALL_DIR, else $XDG_BIN_HOME, else ~/.local/bin)
#          --from PLACE     a folder or an address that has the archive (default: the release)
#          --target TARGET  instead of this machine's own: ${archives.map(a=>a.target).join(" ")}
set -eu

fail() {
  printf 'install.sh: %s\\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# fetch PLACE FILE: a copy of a file of this machine, or a download; https stays https whatever redirects say.
fetch() {
  case "$1" in
    https://*)
      if has curl; then
        curl --proto '=https' --tlsv1.2 --retry 3 -fsSL -o "$2" "$1"
      elif has wget; then
        wget -q -O "$2" "$1"
      else
        fail 'curl or wget is needed'
      fi
      ;;
    http://*)
      if has curl; then
        curl --retry 3 -fsSL -o "$2" "$1"
      elif has wget; then
        wget -q -O "$2" "$1"
      else
        fail 'curl or wget is needed'
      fi
      ;;
    *) cp "$1" "$2" ;;
  esac
}

# digest_of FILE: its SHA-256, by whichever tool is there.
digest_of() {
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  elif has openssl; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    fail 'sha256sum, shasum or openssl is needed: nothing is installed that was not verified'
  fi
  printf '%s\\n' "\${sum%% *}"
}

# The target of this machine, as far as there is one.
this_target() {
  os=$(uname -s)
  arch=$(uname -m)
  case "$os" in
    Linux) os=linux ;;
    Darwin)
      os=macos
      # A shell under Rosetta says x86_64.
      if [ "$(sysctl -n hw.optional.arm64 2>/dev/null || echo 0)" = 1 ]; then arch=aarch64; fi
      ;;
    MINGW* | MSYS* | CYGWIN*) fail 'on Windows, run install.ps1 in PowerShell' ;;
  esac
  case "$arch" in
    amd64 | x64) arch=x86_64 ;;
    arm64) arch=aarch64 ;;
    riscv64) arch=riscv64gc ;;
  esac
  printf '%s-%s\\n' "$arch" "$os"
}

main() {
  from=${quoted(base)}
  to=\${INSTALL_DIR:-\${XDG_BIN_HOME:-\${HOME:+$HOME/.local/bin}}}
  target=
  while [ $# -gt 0 ]; do
    case "$1" in
      --to | --from | --target)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case "$1" in
          --to) to=$2 ;;
          --from) from=$2 ;;
          --target) target=$2 ;;
        esac
        shift 2
        ;;
      -h | --help)
        printf '%s\\n' 'usage: install.sh [--to FOLDER] [--from PLACE] [--target TARGET]'
        return 0
        ;;
      *) fail "unknown option $1; there are --to, --from and --target" ;;
    esac
  done
  [ -n "$to" ] || fail 'HOME is not set: say --to FOLDER'
  if [ -z "$target" ]; then target=$(this_target); fi

  case "$target" in
${cases.join("")}    *) fail "there is no executable of ${name} ${version} for $target, only for ${archives.map(a=>a.target).join(" ")}; its .wasm runs wherever wasmtime does" ;;
  esac

  mkdir -p -- "$to" || fail "cannot make the folder $to"
  # In the folder itself, so that the last step is a rename: nobody ever sees half a program.
  work=$(mktemp -d "$to/.install-XXXXXX") || fail "cannot write to $to: say --to FOLDER"
  trap 'rm -rf -- "$work"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  fetch "$from/$file" "$work/archive" || fail "cannot get $from/$file"
  found=$(digest_of "$work/archive")
  [ "$found" = "$digest" ] || fail "$file has the digest $found instead of $digest: nothing was installed"
  mkdir "$work/unpacked"
  gzip -dc <"$work/archive" | tar -xf - -C "$work/unpacked" || fail "cannot unpack $file"
  for program in $programs; do
    mv -f -- "$work/unpacked/\${file%.tar.gz}/$program" "$to/$program" || fail "cannot write $to/$program"
    printf '%s\\n' "installed $to/$program (${version})"
  done
  case ":\${PATH:-}:" in
    *":$to:"*) ;;
    *) printf '%s\\n' "$to is not in PATH; add it with: export PATH=\\"$to:\\$PATH\\"" ;;
  esac
}

# All is read before anything is done: a download of this script that breaks off does nothing.
main "$@"
`}function powershellInstaller(input,archives){let{name,version,source}=input,base=downloadBase(source),rows=archives.map(({target,file,sha256,executables})=>`    ${quoted(target)} = @{ File = ${quoted(file)}; Digest = ${quoted(sha256)}; Programs = @(${executables.map(quoted).join(", ")}) }
`);return`<#
.SYNOPSIS
Installs ${name} ${version} (${source.repository}). Needs no administrator. Made by mochi-wasm.
.DESCRIPTION
  irm ${base}/install.ps1 | iex
  .\\install.ps1 -To C:\\tools
.PARAMETER To
Where to; by default $env:INSTALL_DIR, else %LOCALAPPDATA%\\Programs\\${name}.
.PARAMETER From
A folder or an address that has the archive; by default the release.
.PARAMETER Target
Instead of this machine's own: ${archives.map(a=>a.target).join(" ")}.
.PARAMETER NoPath
Leaves the user's PATH as it is.
#>
param(
  [string]$To = $env:INSTALL_DIR,
  [string]$From = ${quoted(base)},
  [string]$Target = '',
  [switch]$NoPath
)

function Install-Release {
  # Only here: under iex a setting at the top would stay in the user's session.
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue'
  Set-StrictMode -Version 2
  $archives = @{
${rows.join("")}  }

  if ($Target -eq '') {
    # A 32-bit or emulated PowerShell says the machine's own architecture in the second variable.
    $machine = $env:PROCESSOR_ARCHITECTURE
    if ($env:PROCESSOR_ARCHITEW6432) { $machine = $env:PROCESSOR_ARCHITEW6432 }
    switch ($machine) {
      'AMD64' { $Target = 'x86_64-windows' }
      'ARM64' { $Target = 'aarch64-windows' }
      default { throw "There is no executable of ${name} ${version} for this machine ($machine)." }
    }
    # Windows on ARM runs x86_64 programs too.
    if ($Target -eq 'aarch64-windows' -and -not $archives.ContainsKey($Target)) { $Target = 'x86_64-windows' }
  }
  if (-not $archives.ContainsKey($Target)) {
    throw "There is no executable of ${name} ${version} for $Target, only for $($archives.Keys -join ' ')."
  }
  $archive = $archives[$Target]
  if ($To -eq '') {
    if (-not $env:LOCALAPPDATA) { throw 'LOCALAPPDATA is not set: say -To FOLDER.' }
    $To = Join-Path (Join-Path $env:LOCALAPPDATA 'Programs') ${quoted(name)}
  }
  $To = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($To)

  New-Item -ItemType Directory -Force -Path $To | Out-Null
  # In the folder itself, so that the last step is a rename.
  $work = Join-Path $To ('.install-' + [Guid]::NewGuid().ToString('N'))
  New-Item -ItemType Directory -Path $work | Out-Null
  try {
    $zip = Join-Path $work 'archive.zip'
    if ($From -match '^https?://') {
      # Windows PowerShell 5.1 does not offer TLS 1.2 by itself.
      [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
      Invoke-WebRequest -UseBasicParsing -Uri "$From/$($archive.File)" -OutFile $zip
    }
    else {
      Copy-Item -LiteralPath (Join-Path $From $archive.File) -Destination $zip
    }
    $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $zip).Hash.ToLowerInvariant()
    if ($found -ne $archive.Digest) {
      throw "$($archive.File) has the digest $found instead of $($archive.Digest): nothing was installed."
    }
    $unpacked = Join-Path $work 'unpacked'
    Expand-Archive -LiteralPath $zip -DestinationPath $unpacked
    $top = Join-Path $unpacked ($archive.File -replace '\\.zip$', '')
    foreach ($program in $archive.Programs) {
      $goal = Join-Path $To $program
      Move-Item -Force -LiteralPath (Join-Path $top $program) -Destination $goal
      Write-Output "installed $goal (${version})"
    }
  }
  finally {
    Remove-Item -Recurse -Force -LiteralPath $work
  }

  if (-not $NoPath) {
    $path = [Environment]::GetEnvironmentVariable('Path', 'User')
    $folders = @("$path" -split ';' | Where-Object { $_ -ne '' })
    if ($folders -notcontains $To) {
      [Environment]::SetEnvironmentVariable('Path', (($folders + $To) -join ';'), 'User')
      Write-Output "added $To to your PATH; open a new terminal"
    }
  }
}

Install-Release
`}function className(name){return name.replace(/[-_.\s]([a-zA-Z0-9])/g,(_,letter)=>letter.toUpperCase()).replace(/^./,letter=>letter.toUpperCase()).replaceAll("+","x").replace(/[^A-Za-z0-9]/g,"")}function ruby(text){return`"${text.replace(/[\\"#]/g,"\\$&").replace(/\s+/g," ")}"`}function homebrewFormula(input,archives){let{name,version,source,license}=input,lines=[`class ${className(name)} < Formula`];lines.push(`  desc ${ruby(description(input))}`,`  homepage ${ruby(source.repository)}`,`  version ${ruby(version)}`),license!==void 0&&lines.push(`  license ${ruby(license)}`);for(let os of["macos","linux"]){let mine=archives.filter(archive=>archive.os===os);if(mine.length!==0){lines.push("",`  on_${os} do`);for(let{arch,file,sha256}of mine)lines.push(`    on_${arch==="aarch64"?"arm":"intel"} do`),lines.push(`      url ${ruby(`${downloadBase(source)}/${file}`)}`,`      sha256 ${ruby(sha256)}`,"    end");lines.push("  end")}}let programs=[...new Set(archives.flatMap(archive=>archive.executables))].map(ruby);lines.push("","  def install",`    bin.install ${programs.join(", ")}`,"  end","","  test do");for(let program of programs)lines.push(`    assert_predicate bin/${program}, :executable?`);return lines.push("  end","end",""),lines.join(`
`)}function scoopManifest(input,archives){let{version,source,license}=input,names={x86_64:"64bit",aarch64:"arm64",riscv64gc:void 0,s390x:void 0},architecture={},bin=new Set;for(let{arch,file,sha256,executables}of archives){let key=names[arch];if(key===void 0)continue;let url=`${downloadBase(source)}/${file}`;architecture[key]={url,hash:sha256,extract_dir:file.replace(/\.zip$/,"")};for(let executable of executables)bin.add(executable)}let manifest={version,description:description(input),homepage:source.repository,license:license??"Unknown",architecture,bin:[...bin]};return`${JSON.stringify(manifest,null,4)}
`}function description({name,description:description2}){return description2??`${name}, compiled from Mochi`}export{INSTALLER_KINDS,DEFAULT_INSTALLERS,makeInstallers,installerKindOf};
