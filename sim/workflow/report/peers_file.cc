#include "sim/workflow/report/peers_file.h"

#include <utility>

#include "sim/workflow/lines.h"
#include "sim/workflow/report/members.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

// A kind of line: the member that tells it from others comes first.
struct Row {
  const char* list;
  std::vector<Member> members;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"peers",
       {{"peer", MemberKind::kNatural},
        {"node_id", MemberKind::kText},
        {"honest", MemberKind::kFlag},
        {"client", MemberKind::kFlag},
        {"work", MemberKind::kNatural},
        {"starts", MemberKind::kColumn},
        {"column", MemberKind::kColumn}}},
      {"slow",
       {{"slow", MemberKind::kText},
        {"peer", MemberKind::kNatural},
        {"ended_us", MemberKind::kNatural},
        {"took_us", MemberKind::kNatural}}},
      {"places",
       {{"place", MemberKind::kText},
        {"name", MemberKind::kText},
        {"position", MemberKind::kText},
        {"members", MemberKind::kNaturals},
        {"more", MemberKind::kFlag}}},
      {"frames", {{"end_us", MemberKind::kNatural}, {"states", MemberKind::kText}}}};
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
  ASSIGN_OR_RETURN(Json taken, TakeMembers(path, line, number, row->members));
  const auto states = taken.find("states");
  if (states != taken.end() && states->get<std::string>().size() != file.header["shown"])
    return BadLine(path, number, "states of another number of peers", file.header["shown"].dump());
  file.data[row->list].push_back(std::move(taken));
  return core::Status();
}

core::Status TakeHeader(const std::string& path, const nlohmann::json& header, PeersFile& file) {
  RETURN_IF_ERROR(CheckFormat(path, header, "orbweaver peers", kVersion));
  ASSIGN_OR_RETURN(file.data["of"], TakeMembers(path, header, 1,
                                                {{"peers", MemberKind::kNatural},
                                                 {"shown", MemberKind::kNatural},
                                                 {"frame_us", MemberKind::kNatural}}));
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
