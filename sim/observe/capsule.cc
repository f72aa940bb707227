#include "sim/observe/capsule.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/check.h"
#include "sim/observe/file_out.h"
#include "sim/observe/strict_reader.h"
#include "sim/scenario/utf8.h"

namespace sim {
namespace {

using Json = nlohmann::json;

constexpr char kFormat[] = "orbweaver capsule";

std::string DigestOf(const Json& json) {
  core::Hasher hasher;
  hasher.Add(std::string_view(json.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return core::ToHex(hasher.Result());
}

Json JsonOfFiles(const std::map<std::string, std::string>& files) {
  Json json = Json::object();
  for (const auto& [name, bytes] : files) {
    const bool text = IsUtf8(bytes);
    json[name] = {{"encoding", text ? "text" : "base64"},
                  {"bytes", text ? bytes : core::ToBase64(bytes)}};
  }
  return json;
}

Json JsonOfFailure(const std::optional<FailedCheck>& failed) {
  if (!failed.has_value()) return nullptr;
  const Violation& violation = failed->violation;
  return {{"check", failed->check},         {"at_us", violation.at.us},
          {"peer", violation.peer.value},   {"subject", violation.subject},
          {"expected", violation.expected}, {"found", violation.found}};
}

// A checkpoint is [microseconds, "fingerprint"].
Json JsonOfCheckpoints(const std::vector<Checkpoint>& checkpoints) {
  Json json = Json::array();
  for (const Checkpoint& checkpoint : checkpoints) {
    json.push_back({checkpoint.time.us, core::ToHex(checkpoint.fingerprint)});
  }
  return json;
}

void ReadFiles(StrictReader& reader, const Json& files, Capsule& capsule) {
  for (const auto& [name, file] : files.items()) {
    const std::string where = "files/" + name;
    reader.Keys(file, where, {"encoding", "bytes"});
    const std::string encoding = reader.Text(file, where, "encoding");
    const std::string bytes = reader.Text(file, where, "bytes");
    if (!reader.ok()) return;
    if (encoding == "text") {
      capsule.data_files[name] = bytes;
    } else if (const auto decoded = encoding == "base64" ? core::FromBase64(bytes) : std::nullopt) {
      capsule.data_files[name] = *decoded;
    } else {
      reader.Fail(
          where, encoding == "base64" ? "bytes that are not base64" : "encoding '" + encoding + "'",
          "text or base64");
    }
  }
}

void ReadFailure(StrictReader& reader, const Json& failure, Capsule& capsule) {
  if (failure.is_null()) return;
  const std::string where = "failed";
  reader.Keys(failure, where, {"check", "at_us", "peer", "subject", "expected", "found"});
  FailedCheck failed;
  failed.check = reader.Text(failure, where, "check");
  failed.violation.at.us = reader.Integer(failure, where, "at_us");
  failed.violation.peer.value =
      static_cast<uint32_t>(reader.Natural(failure, where, "peer", UINT32_MAX));
  failed.violation.subject = reader.Text(failure, where, "subject");
  failed.violation.expected = reader.Text(failure, where, "expected");
  failed.violation.found = reader.Text(failure, where, "found");
  capsule.failed = failed;
}

void ReadCheckpoints(StrictReader& reader, const Json& checkpoints, Capsule& capsule) {
  for (size_t i = 0; i < checkpoints.size() && reader.ok(); ++i) {
    const Json& one = checkpoints[i];
    const std::string where = "checkpoints/" + std::to_string(i);
    const bool shaped =
        one.is_array() && one.size() == 2 && one[0].is_number_integer() && one[1].is_string();
    if (!shaped) {
      reader.Fail(where, "something else", "[microseconds, fingerprint]");
      return;
    }
    const core::Fingerprint fingerprint = reader.Hex(one[1].get<std::string>(), where);
    capsule.checkpoints.push_back({WorldTime{one[0].get<int64_t>()}, fingerprint});
  }
}

void CheckDigest(StrictReader& reader, Json json) {
  const std::string stated = reader.Text(json, "", "digest");
  json.erase("digest");
  const std::string found = DigestOf(json);
  if (reader.ok() && stated != found) {
    reader.Fail("digest", found + " over the content", stated + "; the file was changed");
  }
}

}  // namespace

std::string CapsuleText(const Capsule& capsule) {
  Json faults = Json::parse(capsule.faults, nullptr, false);
  CHECK(faults.is_array());
  Json json;
  json["format"] = kFormat;
  json["schema"] = kCapsuleSchema;
  json["scenario"] = capsule.scenario;
  json["scenario_path"] = capsule.scenario_path;
  json["files"] = JsonOfFiles(capsule.data_files);
  json["faults"] = std::move(faults);
  json["seed"] = capsule.seed;
  json["build"] = capsule.build;
  json["ended_us"] = capsule.ended.us;
  json["interrupted"] = capsule.interrupted;
  json["fingerprint"] = core::ToHex(capsule.fingerprint);
  json["failed"] = JsonOfFailure(capsule.failed);
  json["checkpoints"] = JsonOfCheckpoints(capsule.checkpoints);
  json["digest"] = DigestOf(json);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

core::StatusOr<Capsule> ParseCapsule(std::string_view text, const std::string& name) {
  StrictReader reader(name);
  const Json json = reader.Parse(text);
  RETURN_IF_ERROR(reader.status());
  // Format and version first: another version's keys are not this one's to judge.
  reader.Constant(json, "format", kFormat);
  reader.Version(json, "schema", kCapsuleSchema);
  RETURN_IF_ERROR(reader.status());
  reader.Keys(json, "",
              {"format", "schema", "scenario", "scenario_path", "files", "faults", "seed", "build",
               "ended_us", "interrupted", "fingerprint", "failed", "checkpoints", "digest"});
  RETURN_IF_ERROR(reader.status());
  CheckDigest(reader, json);
  Capsule capsule;
  capsule.scenario = reader.Text(json, "", "scenario");
  capsule.scenario_path = reader.Text(json, "", "scenario_path");
  capsule.seed = reader.Natural(json, "", "seed", UINT64_MAX);
  capsule.build = reader.Text(json, "", "build");
  capsule.ended.us = reader.Integer(json, "", "ended_us");
  capsule.interrupted = reader.Flag(json, "", "interrupted");
  capsule.fingerprint = reader.Hex(reader.Text(json, "", "fingerprint"), "fingerprint");
  const Json& faults = reader.Member(json, "", "faults", Json::value_t::array);
  const Json& files = reader.Member(json, "", "files", Json::value_t::object);
  const Json& checkpoints = reader.Member(json, "", "checkpoints", Json::value_t::array);
  RETURN_IF_ERROR(reader.status());
  capsule.faults = faults.dump();
  ReadFiles(reader, files, capsule);
  ReadFailure(reader, json["failed"], capsule);
  ReadCheckpoints(reader, checkpoints, capsule);
  RETURN_IF_ERROR(reader.status());
  return capsule;
}

core::Status WriteCapsule(const std::string& path, const Capsule& capsule) {
  return WriteFileWhole(path, CapsuleText(capsule));
}

core::StatusOr<Capsule> ReadCapsule(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFileWhole(path));
  return ParseCapsule(text, path);
}

std::optional<size_t> FirstDifference(const std::vector<Checkpoint>& a,
                                      const std::vector<Checkpoint>& b) {
  const size_t shared = std::min(a.size(), b.size());
  for (size_t i = 0; i < shared; ++i) {
    if (!(a[i] == b[i])) return i;
  }
  return std::nullopt;
}

}  // namespace sim
