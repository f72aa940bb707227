// Any lines as a client of the control socket, before and after it has shown the token. A line that begins with '!' is no
// line: the core observes the end of what the client began last. Every line of the node is JSON in ASCII, every request
// is answered once, an error says what was found and what is allowed.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/check.h"
#include "node/control/session.h"
#include "node/host/open_calls.h"
#include "node/log/sink.h"
#include "tests/node/service/fake_node_view.h"

namespace node {
namespace {

class NoSink : public LogSink {
 public:
  bool Write(std::string_view) override { return true; }
};

constexpr std::string_view kToken = "0123456789abcdef";

// What the node says, held against what it was asked.
class Conversation {
 public:
  // REQUIRES: the request can be read; its id is not open.
  void Ask(int64_t id) { ++open_[id]; }

  void Hear(const std::string& line) {
    CHECK(line.ends_with('\n') && line.find('\n') + 1 == line.size());
    CHECK(std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; }));
    const Json said = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    CHECK(said.is_object());
    if (said.contains("orbweaver_control")) return;
    if (said.contains("error")) HearError(said["error"]);
    if (said["id"].is_null()) return;
    CHECK(said.contains("event") != (said.contains("result") || said.contains("error")));
    const auto open = open_.find(said["id"].get<int64_t>());
    CHECK(open != open_.end());
    if (!said.contains("event") && --open->second == 0) open_.erase(open);
  }

  [[nodiscard]] bool IsOpen(int64_t id) const { return open_.contains(id); }

  [[nodiscard]] size_t open() const { return open_.size(); }

 private:
  static void HearError(const Json& error) {
    const std::string message = error["message"].get<std::string>();
    CHECK(message.find("found ") != std::string::npos);
    CHECK(message.find(kToken) == std::string::npos);
  }

  std::map<int64_t, int> open_;
};

// As the core does: a call ends in whichever way, a match has its partners.
void EndLast(FakeNodeView& view, uint8_t choice) {
  if (view.commands.empty()) return;
  if (const auto* match = std::get_if<core::MatchCommand>(&view.commands.back())) {
    return view.Tell(core::MatchFinished{.topic = view.TopicOf(match->topic),
                                         .end = core::MatchEnd::kSatisfied,
                                         .wanted = match->want,
                                         .took = {}});
  }
  std::optional<core::CallFinished> end = AbandonedEnd(view.commands.back());
  if (!end.has_value()) return;
  end->outcome = static_cast<core::CallOutcome>(choice % 8 + 1);
  end->revision = choice;
  const std::vector<uint8_t> content(choice % 7, choice);
  if (choice % 3 == 0) view.Tell(core::BlockRead{end->request, {}, choice, content});
  view.Tell(*end);
}

void Talk(std::string_view lines, bool wants_token) {
  NoSink sink;
  asio::io_context io;
  Log log({}, sink, ReadClocks);
  FakeNodeView view;
  view.peers.resize(2);
  Participations participations(view);
  BlockCalls calls(view);
  Recordings recordings(io, log);
  const ControlContext context = {&view,      &participations,    &calls, &recordings, &log,
                                  "/nowhere", std::string(kToken)};
  Conversation conversation;
  Session session(context, wants_token, [&](const std::string& line) { conversation.Hear(line); });
  while (!lines.empty() && !session.refused()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.starts_with('!')) {
      EndLast(view, line.size() > 1 ? static_cast<uint8_t>(line[1]) : 0);
      continue;
    }
    ControlRequest request;
    (void)ReadRequest(line, request);
    // One that is open is refused without its id.
    if (request.id.has_value() && !conversation.IsOpen(*request.id)) conversation.Ask(*request.id);
    session.OnLine(line);
  }
  session.Leave("left");
  CHECK(conversation.open() == 0);
  CHECK(!session.HasOpen());
}

}  // namespace
}  // namespace node

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  node::Talk({reinterpret_cast<const char*>(data) + 1, size - 1}, data[0] % 2 == 1);
  return 0;
}
