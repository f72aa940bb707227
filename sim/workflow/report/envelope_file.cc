#include "sim/workflow/report/envelope_file.h"

#include <filesystem>
#include <initializer_list>

#include "sim/observe/file_out.h"
#include "sim/observe/strict_reader.h"
#include "sim/workflow/envelope/findings.h"

namespace sim {
namespace {

using Json = nlohmann::json;

void CheckNumbers(const Json& object, const std::string& where,
                  std::initializer_list<const char*> keys, StrictReader& reader) {
  for (const char* key : keys) {
    const bool number = object.is_object() && object.contains(key) && object[key].is_number();
    if (!number) reader.Fail(where.empty() ? key : where + "/" + key, "no number", "a number");
  }
}

// What may be null.
const Json* Given(const Json& object, const char* key, StrictReader& reader) {
  if (!object.is_object() || !object.contains(key)) {
    reader.Fail(key, "nothing", "a value or null");
    return nullptr;
  }
  return object[key].is_null() ? nullptr : &object[key];
}

void CheckSame(const Json& object, const char* key, const std::string& value,
               StrictReader& reader) {
  const std::string found = reader.Text(object, "", key);
  if (found != value) reader.Fail(key, "\"" + found + "\"", "\"" + value + "\", as in runs.jsonl");
}

void CheckPoints(const Json& points, StrictReader& reader) {
  if (points.is_array() && points.empty()) reader.Fail("points", "none", "at least one");
  for (size_t i = 0; i < points.size(); ++i) {
    const std::string where = "points/" + std::to_string(i);
    CheckNumbers(points[i], where, {"at", "low", "high"}, reader);
    (void)reader.Text(points[i], where, "value");
    (void)reader.Text(points[i], where, "failure");
    (void)reader.Natural(points[i], where, "passed",
                         reader.Natural(points[i], where, "runs", UINT32_MAX));
  }
}

void CheckFindings(const Json& found, StrictReader& reader) {
  for (const char* key : {"axis", "unit", "expect"}) (void)reader.Text(found, "", key);
  CheckNumbers(found, "", {"from", "to"}, reader);
  (void)reader.Flag(found, "", "monotone");
  CheckPoints(reader.Member(found, "", "points", Json::value_t::array), reader);
  const Json* const edge = Given(found, "edge", reader);
  if (edge != nullptr) CheckNumbers(*edge, "edge", {"passes", "fails", "low", "high"}, reader);
  const Json* const point = Given(found, "operating_point", reader);
  if (point != nullptr) {
    (void)reader.Text(*point, "operating_point", "value");
    CheckNumbers(*point, "operating_point", {"at"}, reader);
  }
  if (Given(found, "margin", reader) == nullptr) return;
  CheckNumbers(found, "", {"margin"}, reader);
  if (edge == nullptr || point == nullptr)
    reader.Fail("margin", "a number", "null where there is no edge or no operating point");
}

}  // namespace

core::StatusOr<nlohmann::ordered_json> EnvelopeFileJson(const std::string& folder,
                                                        const LedgerHeader& header) {
  const std::string path = folder + "/envelope.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return nlohmann::ordered_json();
  ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path));
  StrictReader reader(path);
  const Json found = reader.Parse(text);
  RETURN_IF_ERROR(reader.status());
  reader.Constant(found, "format", kEnvelopeFormat);
  RETURN_IF_ERROR(reader.status());
  reader.Version(found, "version", kEnvelopeVersion);
  CheckSame(found, "hash", header.hash, reader);
  CheckSame(found, "build", header.build, reader);
  CheckFindings(found, reader);
  RETURN_IF_ERROR(reader.status());
  return nlohmann::ordered_json::parse(text, nullptr, false);
}

}  // namespace sim
