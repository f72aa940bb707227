// A strict reader of Prometheus' text format 0.0.4, as its documentation describes it: more than a scraper would mind.
//
// Every line must be "# HELP name text", "# TYPE name counter|gauge" or "name{label="value",...} number"; a family is
// announced by HELP and TYPE, in that order, right before its samples, once; counters end in _total; no series twice; the last line
// ends in a line feed.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace node {

struct Exposition {
  std::map<std::string, double> samples;     // By "name{labels}" as written.
  std::map<std::string, std::string> types;  // By family.
  std::vector<std::string> mistakes;
};

inline Exposition ReadExposition(const std::string& text) {
  static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (([^\\]|\\\\|\\n)+))");
  static const std::regex type(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge))");
  static const std::regex sample(
      R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*")(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*")*\})? (-?[0-9]+(\.[0-9]+)?))");
  Exposition result;
  std::string helped;
  std::string family;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) {
      result.mistakes.push_back("the last line has no line feed");
      break;
    }
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      helped = match[1];
      family.clear();
    } else if (std::regex_match(line, match, type)) {
      family = match[1];
      const bool fresh = result.types.emplace(family, match[2]).second;
      if (!fresh || helped != family) result.mistakes.push_back(line);
      if (family.ends_with("_total") != (match[2] == "counter")) result.mistakes.push_back(line);
    } else if (std::regex_match(line, match, sample)) {
      const std::string series = match[1].str() + match[2].str();
      const bool fresh = result.samples.emplace(series, std::stod(match[7])).second;
      if (!fresh || match[1] != family) result.mistakes.push_back(line);
    } else {
      result.mistakes.push_back(line);
    }
  }
  return result;
}

}  // namespace node
