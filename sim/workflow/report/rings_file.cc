#include "sim/workflow/report/rings_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/workflow/lines.h"
#include "sim/workflow/report/members.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr size_t kPlaceLetters = 3;
constexpr std::string_view kStatuses = ".jamld";
constexpr std::string_view kRings = ".0123456789abcdefg";

const std::vector<Member>& HeaderMembers() {
  using enum MemberKind;
  static const std::vector<Member> members = {{"nodes", kNatural},
                                              {"shown", kNatural},
                                              {"floor", kNatural},
                                              {"frame_us", kNatural},
                                              {"judged_one_of", kNatural}};
  return members;
}

const std::vector<Member>& NodeMembers() {
  using enum MemberKind;
  static const std::vector<Member> members = {{"peer", kNatural}, {"node_id", kText}};
  return members;
}

const std::vector<Member>& FrameMembers() {
  using enum MemberKind;
  static const std::vector<Member> members = {
      {"end_us", kNatural},        {"places", kText},           {"nodes", kNaturals},
      {"overlap_milli", kNatural}, {"overlap_least", kNatural}, {"holders_least", kNatural},
      {"judged", kNatural},        {"fell", kNatural},          {"short", kNatural},
      {"fell_at", kNaturals},      {"short_at", kNaturals},     {"pressed", kNatural},
      {"used", kNatural},          {"capacity", kNatural}};
  return members;
}

bool ArePlaces(const std::string& places, size_t nodes) {
  if (places.size() != nodes * kPlaceLetters) return false;
  for (size_t i = 0; i < places.size(); ++i) {
    const std::string_view allowed = i % kPlaceLetters == 0 ? kStatuses : kRings;
    if (allowed.find(places[i]) == std::string_view::npos) return false;
  }
  return true;
}

core::Status TakeHeader(const std::string& path, const nlohmann::json& header, RingsFile& file) {
  RETURN_IF_ERROR(CheckFormat(path, header, "orbweaver rings", kVersion));
  ASSIGN_OR_RETURN(file.data["of"], TakeMembers(path, header, 1, HeaderMembers()));
  file.header = header;
  return core::Status();
}

core::Status Take(const std::string& path, const nlohmann::json& line, size_t number,
                  RingsFile& file) {
  const bool is_node = line.contains("peer");
  ASSIGN_OR_RETURN(Json taken,
                   TakeMembers(path, line, number, is_node ? NodeMembers() : FrameMembers()));
  if (!is_node && !ArePlaces(taken["places"], file.header["shown"])) {
    return BadLine(path, number, "places of other nodes",
                   "three letters for each of " + file.header["shown"].dump());
  }
  file.data[is_node ? "nodes" : "frames"].push_back(std::move(taken));
  return core::Status();
}

}  // namespace

core::StatusOr<RingsFile> ReadRingsFile(const std::string& path) {
  RingsFile file;
  file.data["nodes"] = file.data["frames"] = Json::array();
  RETURN_IF_ERROR(ForEachLine(path, [&](const std::string& line, size_t number) {
    const auto object = ObjectOf(path, line, number);
    if (!object.ok()) return object.status();
    return number == 1 ? TakeHeader(path, *object, file) : Take(path, *object, number, file);
  }));
  if (file.header.is_object()) return file;
  return BadLine(path, 1, "an empty file", "the rings of a run");
}

}  // namespace sim
