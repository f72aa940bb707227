#include "sim/workflow/report/trace_digest.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/workflow/lines.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTraceVersion = 1;

// Which message answers which; both bear the same number.
struct Answer {
  std::string_view type;
  std::string_view question;
};

constexpr Answer kAnswers[] = {{"pong", "ping"},
                               {"nodes", "find_node"},
                               {"provide_ack", "provide"},
                               {"found", "find"},
                               {"accept", "offer"},
                               {"decline", "offer"},
                               {"tx_vote", "tx_promise"},
                               {"tx_refusal", "tx_promise"},
                               {"tx_commit_ack", "tx_commit"},
                               {"tx_status_reply", "tx_status"},
                               {"tx_result", "tx_submit"},
                               {"block_reply", "block_get"}};

bool IsQuestion(std::string_view type) {
  return std::any_of(std::begin(kAnswers), std::end(kAnswers),
                     [&](const Answer& answer) { return answer.question == type; });
}

// Empty: it answers nothing.
std::string_view QuestionOf(std::string_view type) {
  const auto* found = std::find_if(std::begin(kAnswers), std::end(kAnswers),
                                   [&](const Answer& answer) { return answer.type == type; });
  return found == std::end(kAnswers) ? "" : found->question;
}

template <typename Number>
std::vector<size_t> LargestOf(const std::vector<Number>& values, size_t count) {
  std::vector<size_t> order;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] > 0) order.push_back(i);
  }
  const size_t kept = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](size_t a, size_t b) {
                      if (values[a] != values[b]) return values[a] > values[b];
                      return a < b;
                    });
  order.resize(kept);
  return order;
}

// Sides of a matrix that can still be read.
constexpr size_t kSideMax = 48;

size_t CellsOf(size_t side) {
  return side <= kSideMax ? side * side : 0;
}

template <typename Flows>
Json MatrixJson(const std::vector<std::string>& names, const Flows& flows) {
  Json cells = Json::array();
  for (const auto& flow : flows)
    cells.push_back({flow.sent, flow.delivered, flow.dropped, flow.bytes});
  return {{"names", names}, {"cells", cells}};
}

}  // namespace

TraceDigest::TraceDigest(const Population& population, int64_t ended_us)
    : population_(population),
      ended_us_(std::max<int64_t>(ended_us, 1)),
      groups_(CellsOf(population.groups.size())),
      regions_(CellsOf(population.regions.size())),
      load_(population.peers),
      answers_(population.peers) {}

core::Status TraceDigest::Read(const std::string& path) {
  RETURN_IF_ERROR(ForEachLine(path, [&](const std::string& line, size_t number) {
    if (number > 1) return Take(path, line, number);
    auto header = ObjectOf(path, line, number);
    if (!header.ok()) return header.status();
    header_ = *std::move(header);
    return CheckFormat(path, header_, "orbweaver trace", kTraceVersion);
  }));
  if (header_.is_object()) return core::Status();
  return BadLine(path, 1, "an empty file", "a trace");
}

core::Status TraceDigest::Take(const std::string& path, const std::string& line, size_t number) {
  if (!line_.Read(line))
    return BadLine(path, number, "text that is no JSON object", "a trace line");
  if (line_.at_us < 0 || line_.event.empty())
    return BadLine(path, number, "a line without t or e", "a trace line");
  ++lines_;
  if (line_.kind == "message") return TakeMessage(path, number);
  ++events_[line_.event];
  return core::Status();
}

// Few types: the last one is most often the next.
uint32_t TraceDigest::TypeOf(const std::string& name) {
  const auto found = std::find(type_names_.begin(), type_names_.end(), name);
  if (found != type_names_.end()) return static_cast<uint32_t>(found - type_names_.begin());
  type_names_.push_back(name);
  types_.emplace_back();
  return static_cast<uint32_t>(types_.size() - 1);
}

core::Status TraceDigest::TakeMessage(const std::string& path, size_t number) {
  for (const int64_t peer : {line_.from, line_.to}) {
    if (peer >= 0 && peer < int64_t{population_.peers}) continue;
    return BadLine(path, number, "peer " + std::to_string(peer),
                   "0 to " + std::to_string(population_.peers - 1) + ", the peers of the run");
  }
  const uint32_t type = TypeOf(line_.event);
  if (line_.fate == "sent") {
    Sent(type);
  } else if (line_.fate == "delivered") {
    Delivered(type);
  } else {
    ++types_[type].flow.dropped;
    ++drops_[line_.drop];
    CountCells(&Flow::dropped);
  }
  return core::Status();
}

void TraceDigest::CountCells(uint64_t Flow::*member) {
  const auto from = static_cast<size_t>(line_.from);
  const auto to = static_cast<size_t>(line_.to);
  const auto count = [&](const std::vector<uint16_t>& of, size_t side, std::vector<Flow>& cells) {
    if (cells.empty()) return;
    Flow& cell = cells[of[from] * side + of[to]];
    ++(cell.*member);
    if (member == &Flow::sent)
      cell.bytes += static_cast<uint64_t>(std::max<int64_t>(line_.bytes, 0));
  };
  count(population_.group_of, population_.groups.size(), groups_);
  count(population_.region_of, population_.regions.size(), regions_);
  const uint64_t pair = PairOf(line_.from, line_.to);
  Flow* flow = pairs_.Find(pair);
  if (flow == nullptr && pairs_.size() < kPairsMax) flow = pairs_.Insert(pair).first;
  if (flow == nullptr) {
    ++pairs_missed_;
  } else {
    ++(flow->*member);
  }
}

void TraceDigest::Sent(uint32_t type) {
  const auto bytes = static_cast<uint64_t>(std::max<int64_t>(line_.bytes, 0));
  ++types_[type].flow.sent;
  types_[type].flow.bytes += bytes;
  CountCells(&Flow::sent);
  Load& load = load_[static_cast<size_t>(line_.from)];
  ++load.sent;
  load.bytes += bytes;
  if (line_.id <= 0 || open_.size() >= kOpenMax || !IsQuestion(line_.event)) return;
  const auto id = static_cast<uint64_t>(line_.id);
  const auto [sent_at, is_new] = open_.Insert({id, PairOf(line_.from, line_.to), type});
  if (is_new) *sent_at = line_.at_us;
}

void TraceDigest::Delivered(uint32_t type) {
  ++types_[type].flow.delivered;
  const int64_t bin = std::min(kTimeBins - 1, line_.at_us * kTimeBins / ended_us_);
  ++types_[type].delivered_by_time[static_cast<size_t>(bin)];
  CountCells(&Flow::delivered);
  ++load_[static_cast<size_t>(line_.to)].received;
  const std::string_view asked = QuestionOf(line_.event);
  if (line_.id <= 0 || asked.empty()) return;
  const uint32_t of = TypeOf(std::string(asked));
  const Question question{static_cast<uint64_t>(line_.id), PairOf(line_.to, line_.from), of};
  const int64_t* sent_at = open_.Find(question);
  if (sent_at == nullptr) return;
  const int64_t took = line_.at_us - *sent_at;
  Answers& answers = answers_[static_cast<size_t>(line_.from)];
  ++answers.count;
  answers.sum_us += static_cast<uint64_t>(took);
  answers.max_us = std::max(answers.max_us, took);
  delays_[type_names_[of]].Record(took);
  open_.Erase(question);
}

Json TraceDigest::TypesJson() const {
  Json types = Json::array();
  for (size_t i = 0; i < types_.size(); ++i) {
    const Flow& flow = types_[i].flow;
    types.push_back({{"type", type_names_[i]},
                     {"sent", flow.sent},
                     {"delivered", flow.delivered},
                     {"dropped", flow.dropped},
                     {"bytes", flow.bytes},
                     {"delivered_by_time", types_[i].delivered_by_time}});
  }
  return types;
}

Json TraceDigest::PairsJson() const {
  std::vector<std::pair<uint64_t, Flow>> all;
  std::vector<uint64_t> sent;
  pairs_.ForEach([&](uint64_t pair, const Flow& flow) {
    all.emplace_back(pair, flow);
    sent.push_back(flow.sent);
  });
  Json pairs = Json::array();
  for (const size_t i : LargestOf(sent, kListed)) {
    const auto& [pair, flow] = all[i];
    pairs.push_back({{"from", pair >> 32},
                     {"to", pair & 0xffffffffu},
                     {"sent", flow.sent},
                     {"delivered", flow.delivered},
                     {"dropped", flow.dropped}});
  }
  return pairs;
}

Json TraceDigest::LoadJson() const {
  std::vector<uint64_t> carried;
  carried.reserve(load_.size());
  for (const Load& load : load_) carried.push_back(uint64_t{load.sent} + load.received);
  Json busiest = Json::array();
  for (const size_t peer : LargestOf(carried, kListed)) {
    busiest.push_back({{"peer", peer},
                       {"sent", load_[peer].sent},
                       {"received", load_[peer].received},
                       {"bytes", load_[peer].bytes}});
  }
  return busiest;
}

Json TraceDigest::AnswersJson() const {
  std::vector<uint64_t> means;
  means.reserve(answers_.size());
  for (const Answers& answers : answers_)
    means.push_back(answers.count == 0 ? 0 : answers.sum_us / answers.count);
  Json slowest = Json::array();
  for (const size_t peer : LargestOf(means, kListed)) {
    slowest.push_back({{"peer", peer},
                       {"answers", answers_[peer].count},
                       {"mean_us", means[peer]},
                       {"max_us", answers_[peer].max_us}});
  }
  return slowest;
}

Json TraceDigest::ToJson() const {
  Json delays = Json::array();
  for (const auto& [type, histogram] : delays_) {
    delays.push_back({{"type", type},
                      {"count", histogram.count()},
                      {"p50_us", histogram.Quantile(500'000)},
                      {"p99_us", histogram.Quantile(990'000)},
                      {"max_us", histogram.max()}});
  }
  return {{"level", header_.value("level", "")},
          {"lines", lines_},
          {"types", TypesJson()},
          {"drops", drops_},
          {"events", events_},
          {"groups", MatrixJson(population_.groups, groups_)},
          {"regions", MatrixJson(population_.regions, regions_)},
          {"pairs", PairsJson()},
          {"pairs_missed", pairs_missed_},
          {"load", LoadJson()},
          {"slowest", AnswersJson()},
          {"delays", delays}};
}

}  // namespace sim
