#include "sim/observe/strict_reader.h"

#include <algorithm>
#include <charconv>

namespace sim {
namespace {

using Json = nlohmann::json;

// Accepts every event and remembers where the syntax broke.
class ErrorFinder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }

  bool boolean(bool) override { return true; }

  bool number_integer(number_integer_t) override { return true; }

  bool number_unsigned(number_unsigned_t) override { return true; }

  bool number_float(number_float_t, const string_t&) override { return true; }

  bool string(string_t&) override { return true; }

  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override { return true; }

  bool key(string_t&) override { return true; }

  bool end_object() override { return true; }

  bool start_array(std::size_t) override { return true; }

  bool end_array() override { return true; }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    at = position;
    return false;
  }

  std::size_t at = 0;
};

std::string Path(const std::string& where, const std::string& key) {
  return where.empty() ? key : where + "/" + key;
}

bool ReadHexWord(std::string_view digits, uint64_t& word) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), word, 16);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

void StrictReader::Fail(const std::string& where, const std::string& found,
                        const std::string& allowed) {
  if (!ok()) return;
  status_ = core::InvalidArgument(name_ + ": at '" + where + "': found " + found + "; expected " +
                                  allowed);
}

Json StrictReader::Parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_discarded()) return json;
  ErrorFinder finder;
  Json::sax_parse(text, &finder);
  const size_t at = std::min(finder.at == 0 ? 0 : finder.at - 1, text.size());
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t column = at - (before.rfind('\n') + 1) + 1;
  const std::string what =
      finder.at > text.size() ? "the end of the file; it is truncated" : "text that is not JSON";
  status_ = core::InvalidArgument(name_ + ":" + std::to_string(line) + ":" +
                                  std::to_string(column) + ": found " + what);
  return Json();
}

void StrictReader::Keys(const Json& object, const std::string& where,
                        std::initializer_list<std::string_view> keys) {
  if (!object.is_object()) {
    Fail(where, object.type_name(), "an object");
    return;
  }
  for (const std::string_view key : keys) {
    if (!object.contains(std::string(key)))
      Fail(Path(where, std::string(key)), "nothing", "a value");
  }
  for (const auto& item : object.items()) {
    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
      Fail(Path(where, item.key()), "an unknown key", "only the keys of this schema");
    }
  }
}

void StrictReader::Constant(const Json& object, const char* key, const std::string& value) {
  if (!object.is_object() || !object.contains(key) || object[key] != value) {
    Fail(key, "another kind of file", "\"" + value + "\"");
  }
}

void StrictReader::Version(const Json& object, const char* key, int version) {
  if (!object.is_object() || !object.contains(key) || object[key] != version) {
    const bool there = object.is_object() && object.contains(key);
    Fail(key, there ? "version " + object[key].dump() : "no version",
         "version " + std::to_string(version) + ", the only one that this build reads");
  }
}

const Json& StrictReader::Member(const Json& object, const std::string& where, const char* key,
                                 Json::value_t type) {
  if (!object.is_object() || !object.contains(key)) {
    Fail(Path(where, key), "nothing", Json(type).type_name());
    return empty_;
  }
  const Json& member = object[key];
  if (member.type() == type) return member;
  Fail(Path(where, key), member.type_name(), Json(type).type_name());
  return empty_;
}

std::string StrictReader::Text(const Json& object, const std::string& where, const char* key) {
  const Json& member = Member(object, where, key, Json::value_t::string);
  return member.is_string() ? member.get<std::string>() : "";
}

bool StrictReader::Flag(const Json& object, const std::string& where, const char* key) {
  const Json& member = Member(object, where, key, Json::value_t::boolean);
  return member.is_boolean() && member.get<bool>();
}

int64_t StrictReader::Integer(const Json& object, const std::string& where, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number_integer()) {
    Fail(Path(where, key), "no integer", "an integer");
    return 0;
  }
  const Json& member = object[key];
  if (member.is_number_unsigned() && member.get<uint64_t>() > INT64_MAX) {
    Fail(Path(where, key), member.dump(), "a signed 64-bit integer");
    return 0;
  }
  return member.get<int64_t>();
}

uint64_t StrictReader::Natural(const Json& object, const std::string& where, const char* key,
                               uint64_t most) {
  const bool natural =
      object.is_object() && object.contains(key) && object[key].is_number_unsigned();
  if (natural && object[key].get<uint64_t>() <= most) return object[key].get<uint64_t>();
  Fail(Path(where, key), natural ? object[key].dump() : "no natural number",
       "0 to " + std::to_string(most));
  return 0;
}

core::Fingerprint StrictReader::Hex(const std::string& text, const std::string& where) {
  core::Fingerprint fingerprint;
  const bool good = text.size() == 32 &&
                    ReadHexWord(std::string_view(text).substr(0, 16), fingerprint.high) &&
                    ReadHexWord(std::string_view(text).substr(16), fingerprint.low);
  if (!good) Fail(where, "'" + text + "'", "32 hex digits");
  return fingerprint;
}

}  // namespace sim
