#include "sim/workflow/report/peers_file.h"

#include <algorithm>
#include <utility>

#include "sim/workflow/lines.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

enum class Kind { kText, kNatural, kFlag, kPeers, kColumn };

struct Member {
  const char* name;
  Kind kind;
};

bool IsOf(Kind kind, const nlohmann::json& value) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kNatural:
      return value.is_number_unsigned();
    case Kind::kFlag:
      return value.is_boolean();
    case Kind::kPeers:
      return value.is_array() && std::all_of(value.begin(), value.end(), [](const auto& peer) {
               return peer.is_number_unsigned();
             });
    case Kind::kColumn:
      return value.is_null() || value.is_number_unsigned();
  }
  return false;
}

// A kind of line: the member that tells it from others comes first.
struct Row {
  const char* list;
  std::vector<Member> members;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"peers",
       {{"peer", Kind::kNatural},
        {"node_id", Kind::kText},
        {"honest", Kind::kFlag},
        {"client", Kind::kFlag},
        {"work", Kind::kNatural},
        {"starts", Kind::kColumn},
        {"column", Kind::kColumn}}},
      {"slow",
       {{"slow", Kind::kText},
        {"peer", Kind::kNatural},
        {"ended_us", Kind::kNatural},
        {"took_us", Kind::kNatural}}},
      {"places",
       {{"place", Kind::kText},
        {"name", Kind::kText},
        {"position", Kind::kText},
        {"members", Kind::kPeers},
        {"more", Kind::kFlag}}},
      {"frames", {{"end_us", Kind::kNatural}, {"states", Kind::kText}}}};
  return rows;
}

// "peer" is also a member of a slow operation, so that the others are tried first.
const Row* RowOf(const nlohmann::json& line) {
  for (const size_t i : {1u, 2u, 3u, 0u}) {
    if (line.contains(Rows()[i].members[0].name)) return &Rows()[i];
  }
  return nullptr;
}

core::Status Take(const std::string& path, const nlohmann::json& line, size_t number,
                  PeersFile& file) {
  const Row* row = RowOf(line);
  if (row == nullptr)
    return BadLine(path, number, "a line of no known kind", "peer, slow, place or end_us");
  Json taken;
  for (const Member& member : row->members) {
    const auto value = line.find(member.name);
    if (value == line.end() || !IsOf(member.kind, *value)) {
      const std::string found = value == line.end() ? "nothing" : value->dump();
      return BadLine(path, number, found + " as " + member.name,
                     "what docs/commands.md says of it");
    }
    taken[member.name] = *value;
  }
  const auto states = taken.find("states");
  if (states != taken.end() && states->get<std::string>().size() != file.header["shown"])
    return BadLine(path, number, "states of another number of peers", file.header["shown"].dump());
  file.data[row->list].push_back(std::move(taken));
  return core::Status();
}

core::Status TakeHeader(const std::string& path, const nlohmann::json& header, PeersFile& file) {
  RETURN_IF_ERROR(CheckFormat(path, header, "orbweaver peers", kVersion));
  for (const char* key : {"peers", "shown", "frame_us"}) {
    const auto value = header.find(key);
    if (value == header.end() || !value->is_number_unsigned())
      return BadLine(path, 1, std::string("no number as ") + key, "a natural number");
    file.data["of"][key] = *value;
  }
  file.header = header;
  return core::Status();
}

}  // namespace

core::StatusOr<PeersFile> ReadPeersFile(const std::string& path) {
  PeersFile file;
  for (const Row& row : Rows()) file.data[row.list] = Json::array();
  RETURN_IF_ERROR(ForEachLine(path, [&](const std::string& line, size_t number) {
    const auto object = ObjectOf(path, line, number);
    if (!object.ok()) return object.status();
    return number == 1 ? TakeHeader(path, *object, file) : Take(path, *object, number, file);
  }));
  if (file.header.is_object()) return file;
  return BadLine(path, 1, "an empty file", "the peers of a run");
}

}  // namespace sim
