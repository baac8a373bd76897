import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{require_archiver}from"./chunk-SGRBKJDM.js";import"./chunk-WC563O5G.js";import"./chunk-NKL4CTBL.js";export default require_archiver();
