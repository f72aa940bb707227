#include "sim/workflow/envelope/findings.h"

#include <algorithm>

#include "absl/strings/str_format.h"

#include "sim/workflow/text_table.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

std::string PointsText(const EnvelopeFindings& found) {
  std::vector<std::vector<std::string>> rows = {
      {found.axis, "runs", "passed", "share in", "failed mostly by"}};
  for (const EnvelopePoint& point : found.points) {
    rows.push_back({found.ramp.ValueAt(point.step), std::to_string(point.passed.runs),
                    std::to_string(point.passed.hits), IntervalText(point.passed.Confidence()),
                    point.failure});
  }
  return Aligned(rows);
}

// Does the share of passes grow anywhere towards the harsh end by more than chance explains?
bool GrowsSomewhere(const std::vector<EnvelopePoint>& points) {
  double lowest = 1;  // The upper end of the interval, of those before.
  for (const EnvelopePoint& point : points) {
    const Interval interval = point.passed.Confidence();
    if (interval.low > lowest) return true;
    lowest = std::min(lowest, interval.high);
  }
  return false;
}

// In the setting's unit, from the operating point to the last value that passes.
std::optional<double> MarginOf(const EnvelopeFindings& found) {
  const std::optional<double> at = StepsTo(found.ramp, found.operating_point);
  if (!found.edge.has_value() || !at.has_value()) return std::nullopt;
  return (static_cast<double>(found.edge->passes) - *at) / found.ramp.StepsPerUnit();
}

std::string MarginText(const EnvelopeFindings& found) {
  if (found.operating_point.empty())
    return "margin    the scenario names no operating point; --at does\n";
  const Ramp& ramp = found.ramp;
  const std::optional<double> margin = MarginOf(found);
  if (!margin.has_value()) {
    return "margin    the scenario has " + found.operating_point + ", which is no number in " +
           (ramp.unit.empty() ? "plain units" : ramp.unit) + "\n";
  }
  return absl::StrFormat("margin    %.*f%s from the operating point %s to the edge%s\n",
                         ramp.decimals, *margin, ramp.unit, found.operating_point,
                         *margin < 0 ? ": it lies beyond it" : "");
}

std::string EdgeText(const EnvelopeFindings& found) {
  const Ramp& ramp = found.ramp;
  return absl::StrFormat(
             "edge      at %s most seeds pass, at %s most fail; with 95 %% confidence between %s "
             "and %s\n",
             ramp.ValueAt(found.edge->passes), ramp.ValueAt(found.edge->passes + 1),
             ramp.ValueAt(found.edge->low), ramp.ValueAt(found.edge->high)) +
         MarginText(found);
}

std::string NoEdgeText(const EnvelopeFindings& found) {
  const Proportion& first = found.points.front().passed;
  const bool fails_at_once = 2 * first.hits < first.runs;
  const std::string value = found.ramp.ValueAt(fails_at_once ? 0 : found.ramp.Steps());
  return "edge      none: most seeds " + std::string(fails_at_once ? "fail" : "pass") +
         (fails_at_once ? " at " : " even at ") + value + "\n";
}

Json PointJson(const EnvelopePoint& point, const Ramp& ramp) {
  const Interval interval = point.passed.Confidence();
  return {{"value", ramp.ValueAt(point.step)},
          {"at", ramp.NumberAt(static_cast<double>(point.step))},
          {"runs", point.passed.runs},
          {"passed", point.passed.hits},
          {"low", interval.low},
          {"high", interval.high},
          {"failure", point.failure}};
}

Json EdgeJson(const Edge& edge, const Ramp& ramp) {
  const auto number = [&](uint64_t step) { return ramp.NumberAt(static_cast<double>(step)); };
  return {{"passes", number(edge.passes)},
          {"fails", number(edge.passes + 1)},
          {"low", number(edge.low)},
          {"high", number(edge.high)}};
}

Json OperatingPointJson(const EnvelopeFindings& found) {
  const std::optional<double> at = StepsTo(found.ramp, found.operating_point);
  if (!at.has_value()) return {};
  return {{"value", found.operating_point}, {"at", found.ramp.NumberAt(*at)}};
}

}  // namespace

std::string TextOf(const EnvelopeFindings& found) {
  return PointsText(found) +
         (GrowsSomewhere(found.points)
              ? "warning   more pass at a harsher value: there is more than one edge\n"
              : "") +
         (found.edge.has_value() ? EdgeText(found) : NoEdgeText(found));
}

Json JsonOf(const EnvelopeFindings& found, const LedgerHeader& header) {
  const Ramp& ramp = found.ramp;
  const std::optional<double> margin = MarginOf(found);
  Json json = {{"format", kEnvelopeFormat},
               {"version", kEnvelopeVersion},
               {"scenario", header.scenario},
               {"hash", header.hash},
               {"build", header.build},
               {"axis", found.axis},
               {"unit", ramp.unit},
               {"from", ramp.NumberAt(0)},
               {"to", ramp.NumberAt(static_cast<double>(ramp.Steps()))},
               {"expect", found.expect},
               {"points", Json::array()},
               {"edge", found.edge.has_value() ? EdgeJson(*found.edge, ramp) : Json()},
               {"operating_point", OperatingPointJson(found)},
               {"margin", margin.has_value() ? Json(*margin) : Json()},
               {"monotone", !GrowsSomewhere(found.points)}};
  for (const EnvelopePoint& point : found.points) json["points"].push_back(PointJson(point, ramp));
  return json;
}

}  // namespace sim
