#include "tools/orbctl/tables.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_format.h"

#include "node/base/visible_text.h"

namespace orbctl {
namespace {

constexpr size_t kShortId = 16;

std::string Visible(const Json& value) {
  std::string text;
  if (value.is_string()) {
    node::AppendUnquoted(value.get_ref<const std::string&>(), text);
  } else if (value.is_boolean()) {
    text = value.get<bool>() ? "yes" : "no";
  } else if (value.is_null()) {
    text = "-";
  } else {
    text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  }
  return text;
}

std::string Field(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? "-" : Visible(*found);
}

int64_t NumberOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

std::string Joined(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->empty()) return "-";
  std::string text;
  for (const Json& one : *found) text += (text.empty() ? "" : " ") + Visible(one);
  return text;
}

void Row(std::ostream& out, std::string_view name, const std::string& value) {
  out << absl::StrFormat("%-14s %s\n", std::string(name), value);
}

// Columns as wide as their widest cell; the last one ends where it ends.
void PrintTable(const std::vector<std::vector<std::string>>& rows, std::ostream& out) {
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out << line << '\n';
  }
}

std::string SizeText(int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.*f%s", unit == 0 ? 0 : 1, value, kUnits[unit]);
}

std::string PlaceText(const Json& ring) {
  const std::string prefix = Field(ring, "prefix");
  if (prefix == "-") return "not chosen yet";
  return "ring " + Field(ring, "ring") +
         (prefix.empty() ? ", all keys" : ", keys that begin with " + prefix);
}

// Of a ring answer.
std::string FillText(const Json& ring) {
  const int64_t used = NumberOf(ring, "used_bytes");
  const int64_t capacity = NumberOf(ring, "capacity_bytes");
  std::string text = SizeText(used);
  if (capacity > 0) text += ", " + std::to_string(100 * used / capacity) + " %";
  return text + ", in " + Field(ring, "blocks") + " blocks";
}

std::string WorkText(const Json& work) {
  if (!work.is_object()) return "nothing";
  std::string what = Field(work, "what");
  const std::string through =
      absl::StrFormat("%d %% of the keys, %s blocks", NumberOf(work, "through_ppm") / 10'000,
                      Field(work, "blocks"));
  if (what == "filling") return "fetching what the ring has: " + through;
  if (what == "handing_off") return "handing off: " + through + " confirmed by others";
  if (what == "releasing") return "what was handed off will be deleted";
  if (what == "choosing") return "asking others for their places";
  return what;
}

}  // namespace

std::string SpanText(int64_t us) {
  const int64_t seconds = us / 1'000'000;
  if (seconds < 60) return absl::StrFormat("%d.%03d s", seconds, us / 1'000 % 1'000);
  if (seconds < 3'600) return absl::StrFormat("%dm %02ds", seconds / 60, seconds % 60);
  if (seconds < 86'400) return absl::StrFormat("%dh %02dm", seconds / 3'600, seconds / 60 % 60);
  return absl::StrFormat("%dd %dh", seconds / 86'400, seconds / 3'600 % 24);
}

void PrintStatus(const Json& status, std::ostream& out) {
  Row(out, "node", Field(status, "node"));
  Row(out, "network", Field(status, "network"));
  Row(out, "version", Field(status, "version"));
  const std::string reason = Field(status, "not_ready");
  Row(out, "phase",
      Field(status, "phase") + (reason == "-" ? ", ready" : ", not ready: " + reason));
  Row(out, "reachability",
      Field(status, "reachability") + (Field(status, "client") == "yes" ? ", as a client" : ""));
  Row(out, "listen", Field(status, "listen"));
  Row(out, "advertised", Joined(status, "advertised"));
  Row(out, "uptime", SpanText(NumberOf(status, "uptime_us")));
  Row(out, "incarnation", Field(status, "incarnation"));
  Row(out, "contacts", Field(status, "contacts"));
  Row(out, "connections",
      Field(status, "connections") + ", kept by discovery " + Field(status, "outbound") +
          ", routines " + Field(status, "routines"));
  Row(out, "known peers",
      Field(status, "known_peers") + ", banned " + Field(status, "banned_peers"));
  Row(out, "steps", Field(status, "steps"));
  Row(out, "core memory", Field(status, "core_bytes") + " bytes");
  Row(out, "storage", Field(status, "storage"));
  if (Field(status, "out_of_descriptors") == "yes") {
    Row(out, "descriptors", "none left: nobody is accepted");
  }
  const int64_t ahead = NumberOf(status, "clock_ahead_us");
  if (ahead > 0) Row(out, "clock", "ahead of the wall clock by " + SpanText(ahead));
}

void PrintPeers(const Json& peers, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {
      {"NODE", "REMOTE", "DIALLED", "CONNECTED", "CONTACT", "FRAMES IN", "ADDRESSES"}};
  const Json list = peers.value("peers", Json::array());
  for (const Json& peer : list) {
    const bool open = Field(peer, "remote") != "-";
    rows.push_back({Field(peer, "node").substr(0, kShortId), Field(peer, "remote"),
                    open ? Field(peer, "dialled") : "-",
                    open ? SpanText(NumberOf(peer, "connected_us")) : "-", Field(peer, "contact"),
                    Field(peer, "frames_in"), Joined(peer, "addresses")});
  }
  PrintTable(rows, out);
}

void PrintRing(const Json& ring, std::ostream& out) {
  Row(out, "node", Field(ring, "node"));
  if (Field(ring, "lends") != "yes") {
    Row(out, "place", "none: the node lends nothing");
  } else {
    Row(out, "place", PlaceText(ring));
    const bool moves = Field(ring, "status") == "moving";
    Row(out, "status",
        Field(ring, "status") + (moves ? " from ring " + Field(ring, "from") : "") +
            (Field(ring, "pressed") == "yes" ? ", too full and nobody can take it" : ""));
    Row(out, "lent", SizeText(NumberOf(ring, "capacity_bytes")));
  }
  Row(out, "used", FillText(ring));
  if (NumberOf(ring, "damaged") > 0) {
    Row(out, "damaged", Field(ring, "damaged") + " blocks, to be fetched from others");
  }
  if (Field(ring, "disk_free_bytes") != "-") {
    Row(out, "disk free", SizeText(NumberOf(ring, "disk_free_bytes")));
  }
  Row(out, "moves", WorkText(ring.value("work", Json())));
  const Json neighbours = ring.value("neighbours", Json::array());
  if (neighbours.empty()) return;
  std::vector<std::vector<std::string>> rows = {
      {"NEIGHBOUR", "SIDE", "STATUS", "RING", "USED", "LENT", "BLOCKS"}};
  for (const Json& one : neighbours) {
    const bool moves = Field(one, "status") == "moving";
    rows.push_back({Field(one, "node").substr(0, kShortId), Field(one, "side"),
                    Field(one, "status"),
                    (moves ? Field(one, "from") + " to " : "") + Field(one, "ring"),
                    SizeText(NumberOf(one, "used_bytes")),
                    SizeText(NumberOf(one, "capacity_bytes")), Field(one, "blocks")});
  }
  out << '\n';
  PrintTable(rows, out);
}

void PrintState(const Json& state, std::ostream& out) {
  Row(out, "incarnation", Field(state, "incarnation"));
  Row(out, "steps", Field(state, "steps"));
  const Json modules = state.value("modules", Json::array());
  for (const Json& module : modules) Row(out, Field(module, "module"), Field(module, "digest"));
  const Json recorder = state.value("recorder", Json());
  Row(out, "recorder",
      !recorder.is_object() ? "-"
                            : Field(recorder, "inputs") + " inputs, " + Field(recorder, "dropped") +
                                  " of them dropped, " + Field(recorder, "file_bytes") + " bytes");
}

void PrintEvent(const Json& event, int64_t first_us, std::ostream& out) {
  std::string line = absl::StrFormat(
      "%9s  %-14s", "+" + SpanText(NumberOf(event, "time_us") - first_us), Field(event, "event"));
  for (const auto& [key, value] : event.items()) {
    if (key == "event" || key == "time_us") continue;
    std::string name;
    node::AppendUnquoted(key, name);
    const bool span = key.ends_with("_us") && value.is_number_integer();
    line += " " + (span ? name.substr(0, name.size() - 3) : name) + " " +
            (span ? SpanText(value.get<int64_t>()) : Visible(value));
  }
  out << line << std::endl;  // Somebody waits for it.
}

void PrintEnd(const Json& result, std::ostream& out) {
  out << Field(result, "end");
  if (result.contains("wanted")) {
    out << ": " << Field(result, "partners") << " of " << Field(result, "wanted") << " partners, "
        << Field(result, "requests") << " requests, " << SpanText(NumberOf(result, "took_us"));
  }
  out << std::endl;
}

}  // namespace orbctl
