#include "sim/workflow/report/page.h"

#include <string_view>

#include "core/base/check.h"
#include "sim/workflow/report/embedded.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

std::string Replaced(std::string_view text, char what, std::string_view by) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == what) {
      result += by;
    } else {
      result += c;
    }
  }
  return result;
}

std::string HtmlOf(std::string_view text) {
  return Replaced(Replaced(text, '&', "&amp;"), '<', "&lt;");
}

// In JSON "<" stands in texts only.
std::string DataText(const Json& data) {
  return Replaced(data.dump(-1, ' ', false, Json::error_handler_t::replace), '<', "\\u003c");
}

std::string ScriptText() {
  std::string text(PageLibrary());
  for (const std::string_view script : PageScripts()) text.append("\n").append(script);
  return text;
}

// What stands in the place {{name}} of the frame.
std::string ContentOf(std::string_view name, const std::string& title, const Json& data) {
  if (name == "title") return HtmlOf(title);
  if (name == "style") return std::string(PageStyle());
  if (name == "licence") return HtmlOf(PageLicence());
  if (name == "data") return DataText(data);
  CHECK(name == "script");
  return ScriptText();
}

}  // namespace

std::string PageText(const std::string& title, const Json& data) {
  std::string page;
  std::string_view rest = PageFrame();
  for (;;) {
    const size_t begin = rest.find("{{");
    page += rest.substr(0, begin);
    if (begin == std::string_view::npos) return page;
    const size_t end = rest.find("}}", begin);
    CHECK(end != std::string_view::npos);
    page += ContentOf(rest.substr(begin + 2, end - begin - 2), title, data);
    rest.remove_prefix(end + 2);
  }
}

}  // namespace sim
