const http = require("http");
const mime = require("mime");

const port = process.env.PORT || 3000;
http
  .createServer((request, response) => response.end(`${mime.getType("a.html")} ${process.env.NODE_ENV} ${__dirname}`))
  .listen(port, () => console.log(`listening on ${port}`));
