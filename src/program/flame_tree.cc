#include "program/flame_tree.h"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "program/line_facts.h"

namespace lithe::program {

namespace {

using Kind = FlameNode::Kind;

constexpr std::size_t kMostNodes = 200'000, kMostDepth = 90, kMostName = 200;
constexpr double kWorthANode = 0.001;

struct Label {
  Kind kind = Kind::program;
  std::string name, file;
  int line = 0;
  bool operator<(const Label& other) const {
    return std::tie(kind, name, file, line) <
           std::tie(other.kind, other.name, other.file, other.line);
  }
};

struct Time {
  double whole = 0, later = 0;
  void add(const Time& other) {
    whole += other.whole;
    later += other.later;
  }
};

struct Node {
  Label label;
  Time time;          // with all below
  Time unknown;       // it ran at this frame, and was not sampled
  bool leaf = false;  // compiled code or the system, as a sample has it below a frame of Python
  std::unordered_map<std::uint32_t, Node*> children;  // by the number of the label
};

std::string cut(std::string_view name) { return std::string(name.substr(0, kMostName)); }

// The time of all leaves below a frame, of which what was not sampled is a part too.
void scale(Node& node, double whole, double later) {
  node.time.whole *= whole;
  node.time.later *= later;
  for (auto& [label, child] : node.children) scale(*child, whole, later);
}

void spread(Node& node) {
  for (auto& [label, child] : node.children) spread(*child);
  Time leaves;
  for (auto& [label, child] : node.children)
    if (child->leaf) leaves.add(child->time);
  const auto factor = [](double known, double unknown) {
    return known > 0 ? 1 + unknown / known : 1;
  };
  for (auto& [label, child] : node.children)
    if (child->leaf)
      scale(*child, factor(leaves.whole, node.unknown.whole),
            factor(leaves.later, node.unknown.later));
}

class Builder {
 public:
  Builder(const StackCounts& stacks, PlaceReader& places) : stacks_(stacks), places_(places) {
    nodes_.emplace_back().label = {Kind::program, "main thread", "", 0};
  }

  void take(const Moment& moment, std::uint64_t nanoseconds) {
    time_.whole = static_cast<double>(nanoseconds) / 1e9;
    time_.later = moment.later ? time_.whole : 0;
    at_ = &nodes_.front();
    at_->time.add(time_);
    depth_ = 0;
    for (auto frame = moment.frames.rbegin(); frame != moment.frames.rend(); ++frame)
      go_to(frame_label(*frame));
    if (moment.collecting) go_to({Kind::library, "garbage collection", "", 0});
    if (!moment.runs)
      go_to({Kind::waiting, std::string("waits for ") + name(moment.wait), "", 0});
    else if (moment.sampled)
      take_sample(moment);
    else if (moment.in_kernel)
      go_to({Kind::system, "the system", "", 0}, true);
    else
      at_->unknown.add(time_);
  }

  FlameNode finish() {
    Node& root = nodes_.front();
    spread(root);
    least_ = {kWorthANode * root.time.whole, kWorthANode * root.time.later};
    return made(root);
  }

 private:
  // Compiled code that a frame of Python calls, and what the system does for it. A stack of
  // compiled code has the place of the sample already.
  void take_sample(const Moment& moment) {
    const bool native = !moment.frames.empty() && is_native(moment.frames.front());
    const PlaceMeaning meaning = places_.read(moment.place, moment.in_kernel, moment.entered);
    const bool in_system =
        meaning.activity == Activity::kernel || meaning.activity == Activity::page_faults;
    if (!native && !moment.frames.empty() && meaning.activity == Activity::interpreter)
      go_to({Kind::compiled, "Python's interpreter", std::string(meaning.file), 0}, true);
    else if (!native && (!meaning.file.empty() || !in_system))
      go_to(place_label(meaning), true);
    if (in_system)
      go_to({Kind::system, meaning.activity == Activity::page_faults ? "page faults" : "the system",
             "", 0},
            true);
  }

  static Label place_label(const PlaceMeaning& meaning) {
    if (meaning.function.empty()) return {Kind::compiled, meaning.words(), "", 0};
    return {Kind::compiled, cut(meaning.function), cut(meaning.file), 0};
  }

  bool is_native(const StackFrame& frame) const {
    return frame.code == 0 || stacks_.code(frame.code).native;
  }

  Label frame_label(const StackFrame& frame) {
    if (frame.code == 0) return place_label(places_.read(frame.place, false, false));
    const PythonCode& code = stacks_.code(frame.code);
    if (is_own_code(code)) return {Kind::own, cut(code.name), code.file, frame.line};
    if (code.native)
      return {Kind::compiled, cut(code.name), cut(places_.read(frame.place, false, false).file), 0};
    return {Kind::library, cut(python_name(code.file, code.name)), code.file, 0};
  }

  // Goes to the node of a function below the last one, or stays where the tree is full or the
  // function called itself.
  void go_to(Label label, bool leaf = false) {
    label.file = label.file.substr(0, 4 * kMostName);
    if (label.kind == at_->label.kind && label.name == at_->label.name &&
        label.file == at_->label.file && label.line == at_->label.line)
      return;
    if (depth_ >= kMostDepth) return;
    const auto number =
        numbers_.emplace(label, static_cast<std::uint32_t>(numbers_.size())).first->second;
    auto child = at_->children.find(number);
    if (child == at_->children.end()) {
      if (nodes_.size() >= kMostNodes) return;
      Node& made = nodes_.emplace_back();
      made.label = std::move(label);
      made.leaf = leaf;
      child = at_->children.emplace(number, &made).first;
    }
    at_ = child->second;
    at_->time.add(time_);
    ++depth_;
  }

  FlameNode made(const Node& node) const {
    FlameNode result;
    result.kind = node.label.kind;
    result.name = node.label.name;
    result.file = node.label.file;
    result.line = node.label.line;
    result.seconds = node.time.whole;
    result.later_seconds = node.time.later;
    FlameNode rest;
    rest.kind = Kind::rest;
    rest.name = "below 0.1% each";
    for (const auto& [label, child] : node.children) {
      const bool worth = child->time.whole >= least_.whole ||
                         (least_.later > 0 && child->time.later >= least_.later);
      if (worth) {
        result.children.push_back(made(*child));
      } else {
        rest.seconds += child->time.whole;
        rest.later_seconds += child->time.later;
      }
    }
    if (rest.seconds > 0) result.children.push_back(std::move(rest));
    std::sort(result.children.begin(), result.children.end(),
              [](const FlameNode& a, const FlameNode& b) {
                return std::tuple(a.kind == Kind::rest, -a.seconds, a.name, a.file, a.line) <
                       std::tuple(b.kind == Kind::rest, -b.seconds, b.name, b.file, b.line);
              });
    return result;
  }

  const StackCounts& stacks_;
  PlaceReader& places_;
  std::deque<Node> nodes_;  // the root is the first
  std::map<Label, std::uint32_t> numbers_;
  Node* at_ = nullptr;
  std::size_t depth_ = 0;
  Time time_, least_;
};

}  // namespace

FlameNode flame_tree(const StackCounts& stacks, pid_t main, PlaceReader& places) {
  std::vector<std::pair<std::uint64_t, const Moment*>> moments;
  stacks.for_each([&](const Moment& moment, std::uint64_t nanoseconds) {
    if (moment.process == main && moment.first_thread && moment.wait != Wait::processor)
      moments.emplace_back(nanoseconds, &moment);
  });
  // The longest first, for when the tree becomes full.
  std::sort(moments.begin(), moments.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  Builder builder(stacks, places);
  for (const auto& [nanoseconds, moment] : moments) builder.take(*moment, nanoseconds);
  return builder.finish();
}

}  // namespace lithe::program

namespace lithe {

const char* name(FlameNode::Kind kind) {
  constexpr const char* kNames[kFlameKinds] = {"program", "own",     "library", "compiled",
                                               "system",  "waiting", "rest"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace lithe
