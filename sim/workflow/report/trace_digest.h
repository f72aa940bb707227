// TraceDigest: what a report shows of a trace: messages by type and time, between groups, between regions and between the pairs that
// talk most, what each peer carried, and how long peers took to answer.
//
// Memory: 24 bytes per peer, and what kPairsMax pairs and kOpenMax open questions take; the trace is read a line at a time. Pairs
// and questions beyond that are not counted, which the digest says. Source: issue 5. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/flat_table.h"
#include "core/base/status.h"
#include "sim/observe/histogram.h"
#include "sim/workflow/report/population.h"
#include "sim/workflow/report/trace_line.h"

namespace sim {

class TraceDigest {
 public:
  static constexpr size_t kPairsMax = size_t{1} << 20;
  static constexpr size_t kOpenMax = size_t{1} << 20;
  static constexpr size_t kListed = 25;      // Pairs and peers that are named.
  static constexpr int64_t kTimeBins = 120;  // Of the whole run.

  // REQUIRES: the population outlives this.
  TraceDigest(const Population& population, int64_t ended_us);

  // Reads the whole file. Errors: a line that is no line of a trace, a peer that the run does not have.
  [[nodiscard]] core::Status Read(const std::string& path);

  // The first line: which run this is. REQUIRES: Read is over.
  [[nodiscard]] const nlohmann::json& header() const { return header_; }

  [[nodiscard]] nlohmann::ordered_json ToJson() const;

 private:
  struct Flow {
    uint64_t sent = 0;
    uint64_t delivered = 0;
    uint64_t dropped = 0;
    uint64_t bytes = 0;  // Of what was sent.
  };

  struct Type {
    Flow flow;
    std::vector<uint64_t> delivered_by_time = std::vector<uint64_t>(kTimeBins);
  };

  struct Load {
    uint32_t sent = 0;
    uint32_t received = 0;
    uint64_t bytes = 0;  // Sent.
  };

  struct Answers {
    uint32_t count = 0;
    uint64_t sum_us = 0;
    int64_t max_us = 0;
  };

  // A message that may be answered: the number that it carries, from whom, to whom.
  struct Question {
    uint64_t id = 0;
    uint64_t pair = 0;
    uint32_t type = 0;

    friend bool operator==(const Question&, const Question&) = default;
  };

  struct QuestionHash {
    uint64_t operator()(const Question& key) const {
      return core::Mix64(key.id + key.type, key.pair);
    }
  };

  static uint64_t PairOf(int64_t from, int64_t to) {
    return static_cast<uint64_t>(from) << 32 | static_cast<uint64_t>(to);
  }

  core::Status Take(const std::string& path, const std::string& line, size_t number);
  core::Status TakeMessage(const std::string& path, size_t number);
  void Sent(uint32_t type);
  void Delivered(uint32_t type);
  uint32_t TypeOf(const std::string& name);
  void CountCells(uint64_t Flow::*member);
  [[nodiscard]] nlohmann::ordered_json TypesJson() const;
  [[nodiscard]] nlohmann::ordered_json PairsJson() const;
  [[nodiscard]] nlohmann::ordered_json LoadJson() const;
  [[nodiscard]] nlohmann::ordered_json AnswersJson() const;

  const Population& population_;
  int64_t ended_us_;
  nlohmann::json header_;
  TraceLine line_;
  uint64_t lines_ = 0;
  std::vector<std::string> type_names_;
  std::vector<Type> types_;
  std::map<std::string, uint64_t> drops_;   // By reason.
  std::map<std::string, uint64_t> events_;  // What peers told and the world did, by name.
  std::vector<Flow> groups_;                // From group to group, row-major.
  std::vector<Flow> regions_;
  std::vector<Load> load_;        // By peer.
  std::vector<Answers> answers_;  // By peer that answered.
  core::FlatTable<uint64_t, Flow> pairs_;
  uint64_t pairs_missed_ = 0;  // Messages of pairs that were one too many.
  core::FlatTable<Question, int64_t, QuestionHash> open_;  // When they were sent.
  std::map<std::string, Histogram> delays_;  // Of answers, by the type of the question.
};

}  // namespace sim
