// What the search for an edge found: as text, and as envelope.json, from which a report draws its curve.
//
//   {"format": "orbweaver envelope", "version": 1, "scenario", "hash", "build",    as the ledger beside it has them
//    "axis": "network.loss", "unit": "%", "from": 0, "to": 90, "expect": "",       the setting, and what has to hold; "": all
//    "points": [{"value": "11%", "at": 11, "runs": 12, "passed": 11, "low": 0.65,  milder ones first; low and high: in which the
//                "high": 0.99, "failure": "calls.committed"}],                     share of passes is (95 %, Wilson)
//    "edge": {"passes": 16, "fails": 17, "low": 12, "high": 19} or null,
//    "operating_point": {"value": "1%", "at": 1} or null, "margin": 15 or null,    null: nobody names one, or it is no number
//    "monotone": true}                                                             false: there is more than one edge
// Values of the setting are numbers in its unit. Thread rule: plain data. Source: simulator.md, section 4.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/workflow/envelope/edge.h"
#include "sim/workflow/envelope/ramp.h"
#include "sim/workflow/sweep/ledger.h"

namespace sim {

inline constexpr char kEnvelopeFormat[] = "orbweaver envelope";
inline constexpr int kEnvelopeVersion = 1;

struct EnvelopePoint {
  uint64_t step = 0;
  Proportion passed;
  std::string failure;  // The commonest one; empty: none failed.
};

struct EnvelopeFindings {
  std::string axis;
  Ramp ramp;
  std::string expect;
  std::string operating_point;  // Of the setting; empty: nobody says.
  std::vector<EnvelopePoint> points;
  std::optional<Edge> edge;
};

// A table of the points, the edge and the margin, or why there is none.
[[nodiscard]] std::string TextOf(const EnvelopeFindings& found);

[[nodiscard]] nlohmann::ordered_json JsonOf(const EnvelopeFindings& found,
                                            const LedgerHeader& header);

}  // namespace sim
