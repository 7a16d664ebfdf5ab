// Before the page's own function: a name with `www.` before it leads to the one without, with path and query.
function handler(event) {
  var request = event.request;
  var host = request.headers.host.value;
  if (host.indexOf("www.") !== 0) {
    return page(event);
  }
  var query = Object.keys(request.querystring).reduce(function (parts, name) {
    var found = request.querystring[name];
    return parts.concat((found.multiValue || [found]).map(function (one) {
      return one.value === "" ? name : name + "=" + one.value;
    }));
  }, []);
  var address = SCHEME + "://" + host.slice(4) + request.uri + (query.length ? "?" + query.join("&") : "");
  return { statusCode: 301, statusDescription: "Moved Permanently", headers: { location: { value: address } } };
}
