import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
function assertNever(value,what="value"){throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`)}export{assertNever};
