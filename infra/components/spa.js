// CloudFront function on page requests: a deep link of the single-page app has no file of its own, it is the page.
// A path whose last part has a dot is a file and stays as it is, so that a missing file is a 404 and never the page.
function handler(event) {
  var request = event.request;
  var last = request.uri.split("/").pop();
  if (last.indexOf(".") === -1) {
    request.uri = "/index.html";
  }
  return request;
}
