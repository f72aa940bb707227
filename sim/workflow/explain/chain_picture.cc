// The space-time diagram: a column per peer, a row per event, so that nothing overlaps however close in time it is.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_format.h"

#include "sim/observe/verdict_lines.h"
#include "sim/workflow/explain/chain_text.h"

namespace sim {
namespace {

// Pixels.
constexpr int kRow = 24;
constexpr int kLane = 52;
constexpr int kTop = 128;
constexpr int kLeft = 130;
constexpr int kCharacter = 8;
// Characters; the whole text is the row's title.
constexpr size_t kLabelMax = 120;

// Colours are written out twice, because not every viewer knows variables.
constexpr std::string_view kStyle = R"(<style>
text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1f2328; }
.name { text-anchor: middle; }
.head { font-size: 15px; font-weight: bold; }
.paper { fill: #ffffff; }
.time { fill: #656d76; }
.lane { stroke: #d0d7de; stroke-width: 2; }
.down { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 2 5; }
.message { stroke: #0969da; stroke-width: 1.5; }
.local { stroke: #57606a; stroke-width: 3; }
.gap { stroke-dasharray: 5 4; }
.fault { stroke: #9a6700; stroke-width: 1.5; }
.world { fill: #9a6700; }
.bad { fill: #cf222e; }
.band { fill: #ffebe9; }
.dot { fill: #1f2328; }
.tip { fill: #0969da; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .paper { fill: #0d1117; }
  .time { fill: #8d96a0; }
  .lane { stroke: #30363d; }
  .down { stroke: #ff7b72; }
  .message { stroke: #58a6ff; }
  .local { stroke: #9198a1; }
  .fault { stroke: #d29922; }
  .world { fill: #d29922; }
  .bad { fill: #ff7b72; }
  .band { fill: #3c1618; }
  .dot { fill: #e6edf3; }
  .tip { fill: #58a6ff; }
}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>
)";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else
      escaped += c;
  }
  return escaped;
}

std::string Cut(const std::string& text) {
  return text.size() <= kLabelMax ? text : text.substr(0, kLabelMax - 3) + "...";
}

std::string Text(int x, int y, std::string_view style, const std::string& text) {
  return absl::StrFormat("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y,
                         std::string(style), Escaped(text));
}

std::string Line(int x1, int y1, int x2, int y2, const std::string& style) {
  return absl::StrFormat("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"/>\n", x1, y1,
                         x2, y2, style);
}

class Diagram {
 public:
  Diagram(const Chain& chain, const CheckInfo& check, const Violation& violation)
      : chain_(chain), check_(check), violation_(violation) {
    std::set<core::PeerId> peers;
    for (const ChainLine& line : chain.lines) {
      if (line.happening.peer != core::kNoPeer) peers.insert(line.happening.peer);
    }
    for (const core::PeerId peer : peers) {
      const auto column = static_cast<int>(columns_.size());
      columns_[peer] = kLeft + column * kLane;
    }
  }

  std::string Draw() const {
    const int height = RowY(chain_.lines.size()) + kRow;
    std::string text = Head(Width(), height) + Lanes();
    for (size_t i = 0; i < chain_.lines.size(); ++i) text += LinkOf(i);
    for (size_t i = 0; i < chain_.lines.size(); ++i) text += EventOf(i);
    return text + Failure() + "</svg>\n";
  }

 private:
  static int RowY(size_t row) { return kTop + static_cast<int>(row) * kRow; }

  [[nodiscard]] int LabelX() const { return kLeft + static_cast<int>(columns_.size()) * kLane; }

  [[nodiscard]] int ColumnOf(core::PeerId peer) const {
    const auto column = columns_.find(peer);
    return column == columns_.end() ? LabelX() - kLane / 2 : column->second;
  }

  [[nodiscard]] static std::string LabelOf(const ChainLine& line) {
    return Cut(line.happening.text + (line.lost ? "  (did not arrive)" : ""));
  }

  [[nodiscard]] int Width() const {
    size_t longest = FailureTitle(check_).size() + 8;
    for (const ChainLine& line : chain_.lines) longest = std::max(longest, LabelOf(line).size());
    const size_t head =
        std::min(std::max(violation_.expected.size(), violation_.found.size()), kLabelMax);
    return std::max(LabelX() + static_cast<int>(longest + 2) * kCharacter,
                    static_cast<int>(head + 14) * kCharacter);
  }

  [[nodiscard]] std::string Head(int width, int height) const {
    const std::string title = FailureTitle(check_);
    std::string text = absl::StrFormat(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
        "%d\" role=\"img\" aria-labelledby=\"title about\">\n<title id=\"title\">%s</title>\n<desc "
        "id=\"about\">The chain of %d events that led to it, one row each, time going down, a "
        "column for each of %d peers. Arrows are messages. The last row is where the check "
        "failed.</desc>\n",
        width, height, width, height, Escaped(title), chain_.lines.size(), columns_.size());
    text += std::string(kStyle) + "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    text += Text(16, 28, "head", title);
    text += Text(16, 50, "", violation_.subject + "  at " + ClockText(violation_.at));
    text += Text(16, 68, "", "expected " + Cut(violation_.expected));
    return text + Text(16, 86, "", "found    " + Cut(violation_.found));
  }

  // Where a peer is down its line is broken.
  [[nodiscard]] std::string Lanes() const {
    std::string text = Text(16, kTop - 18, "time", "peers");
    for (const auto& [peer, x] : columns_) {
      const bool guilty = peer == violation_.peer;
      text += Text(x, kTop - 18, guilty ? "name bad" : "name", std::to_string(peer.value));
      int from = kTop - 10;
      bool down = false;
      for (size_t i = 0; i < chain_.lines.size(); ++i) {
        const Happening& one = chain_.lines[i].happening;
        if (one.peer != peer || !(one.down || one.up) || one.down == down) continue;
        text += Line(x, from, x, RowY(i), down ? "down" : "lane");
        from = RowY(i);
        down = one.down;
      }
      text += Line(x, from, x, RowY(chain_.lines.size()) - kRow / 2, down ? "down" : "lane");
    }
    return text;
  }

  [[nodiscard]] std::string LinkOf(size_t index) const {
    const ChainLine& line = chain_.lines[index];
    if (line.rule == CauseRule::kNone) return "";
    const Happening& cause = chain_.lines[line.cause].happening;
    const int x1 = ColumnOf(cause.peer);
    const int x2 = ColumnOf(line.happening.peer);
    const std::string gap = line.left_out > 0 ? " gap" : "";
    const int y1 = RowY(line.cause);
    if (x1 == x2) return Line(x1, y1, x2, RowY(index), "local" + gap);
    if (cause.kind == Happening::Kind::kFault) return Line(x1, y1, x2, RowY(index), "fault" + gap);
    return absl::StrFormat(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"message%s\" "
        "marker-end=\"url(#tip)\"/>\n",
        x1, y1, x2, RowY(index), gap);
  }

  [[nodiscard]] std::string EventOf(size_t index) const {
    const ChainLine& line = chain_.lines[index];
    const Happening& one = line.happening;
    const int y = RowY(index);
    const int x = ColumnOf(one.peer);
    const bool world = one.kind == Happening::Kind::kProcess || one.kind == Happening::Kind::kFault;
    std::string text = "<g><title>" + Escaped(one.text) + "</title>";
    if (one.kind == Happening::Kind::kFault) text += Line(kLeft - 16, y, LabelX() - 20, y, "fault");
    text += absl::StrFormat("<circle cx=\"%d\" cy=\"%d\" r=\"4\" class=\"%s\"/>\n", x, y,
                            world ? "world" : "dot");
    if (one.down) text += Text(x - 4, y - 6, "bad", "x");
    text += Text(16, y + 4, "time", ClockText(one.at));
    return text + Text(LabelX(), y + 4, world ? "world" : "", LabelOf(line)) + "</g>\n";
  }

  [[nodiscard]] std::string Failure() const {
    const int y = RowY(chain_.lines.size());
    std::string text =
        absl::StrFormat("<rect class=\"band\" x=\"8\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
                        y - kRow / 2, Width() - 16, kRow);
    text += Text(16, y + 4, "bad", ClockText(violation_.at));
    if (columns_.contains(violation_.peer)) {
      const int x = ColumnOf(violation_.peer);
      text += absl::StrFormat("<path class=\"bad\" d=\"M%d %d l7 7 l-7 7 l-7 -7 z\"/>\n", x, y - 7);
    }
    return text + Text(LabelX(), y + 4, "bad", "FAIL " + FailureTitle(check_));
  }

  const Chain& chain_;
  const CheckInfo& check_;
  const Violation& violation_;
  std::map<core::PeerId, int> columns_;
};

}  // namespace

std::string ChainPicture(const Chain& chain, const CheckInfo& check, const Violation& violation) {
  return Diagram(chain, check, violation).Draw();
}

}  // namespace sim
