#include "program/line_facts.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace lithe::program {

namespace {

constexpr std::string_view kInstalled[] = {"/site-packages/", "/dist-packages/"};

// Where the path within Python's library or a package begins, or npos.
std::size_t after_library(std::string_view path) {
  for (const std::string_view folder : kInstalled)
    if (const std::size_t at = path.rfind(folder); at != path.npos) return at + folder.size();
  const std::size_t at = path.rfind("/lib/python3");
  if (at == path.npos) return at;
  const std::size_t slash = path.find('/', at + 5);
  return slash == path.npos ? slash : slash + 1;
}

// Sources of compilers' and distributions' libraries, as debugging information names them.
bool in_native_library(std::string_view path) {
  for (const std::string_view folder : {"/usr/include/", "/usr/lib/", "/usr/local/include/",
                                        "/usr/src/debug/", "/rustc/", "/home/conda/", "/croot/"})
    if (path.starts_with(folder)) return true;
  for (const std::string_view part : {"/include/c++/", "/.cargo/registry/", "/.rustup/",
                                      "/rustlib/", "/sysdeps/", "/libgcc/", "/libstdc++-v3/"})
    if (path.find(part) != path.npos) return true;
  // Debian builds in folders such as /build/glibc-FODrb7.
  constexpr std::string_view kBuild = "/build/";
  if (!path.starts_with(kBuild)) return false;
  const std::string_view rest = path.substr(kBuild.size());
  return rest.substr(0, rest.find('/')).find('-') != rest.npos;
}

// Java's library and those that programs in Java often use, by their packages; Node's, and modules.
bool in_runtime(std::string_view path) {
  for (const std::string_view package :
       {"java/", "javax/", "jdk/", "sun/", "com/sun/", "kotlin/", "scala/", "clojure/",
        "org/apache/", "org/slf4j/", "org/springframework/", "com/google/common/",
        "com/google/gson/", "com/fasterxml/", "io/netty/", "org/nd4j/", "org/deeplearning4j/",
        "node:", "evalmachine."})
    if (path.starts_with(package)) return true;
  return path.find("/node_modules/") != path.npos;
}

// Cells of IPython, and what is typed at Python's prompt.
bool is_typed(std::string_view path) {
  for (const std::string_view name : {"<ipython-input-", "<python-input-", "<stdin>"})
    if (path.starts_with(name)) return true;
  return false;
}

bool in_system(Activity activity) {
  return activity == Activity::kernel || activity == Activity::page_faults;
}

// `wait`: what it waits for.
Spent spent_in(const Moment& moment, Wait wait, const PlaceMeaning& meaning, double share) {
  Spent spent;
  spent.all = share;
  if (moment.collecting) spent.collecting = share;
  if (!moment.runs) {
    spent.waiting = share;
    spent.wait[static_cast<std::size_t>(wait)] = share;
    return spent;
  }
  if (!moment.sampled) {
    (moment.in_kernel ? spent.system : spent.unknown) = share;
    return spent;
  }
  spent.activity[static_cast<std::size_t>(meaning.activity)] = share;
  if (moment.in_kernel || in_system(meaning.activity))
    spent.system = share;
  else if (meaning.activity == Activity::interpreter)
    spent.interpreter = share;
  else
    spent.native = share;
  return spent;
}

// Makes facts of moments.
class Gatherer {
 public:
  Gatherer(const StackCounts& stacks, PlaceReader& places, CodeQuality* quality)
      : stacks_(stacks), places_(places), quality_(quality) {}

  void take(const Moment& moment, double share, bool main, ProgramFacts& facts) {
    PlaceMeaning meaning;
    if (moment.sampled) meaning = places_.read(moment.place, moment.in_kernel, moment.entered);
    const Spent spent = spent_in(moment, wait_of(moment), meaning, share);
    if (main) {
      facts.add(spent);
      take_inclusive(moment, share, facts);
      if (!moment.runs && !moment.others_run) facts.alone += share;
    }
    if (!moment.frames.empty() && (moment.runs || moment.wait == Wait::interpreter))
      facts.wanted += share;
    const std::size_t own = own_frame(moment, 0);
    if (own == moment.frames.size()) return;
    if (main) facts.python_minor = stacks_.code(moment.frames[own].code).minor;
    LineFacts& line = line_of(moment.frames[own], main);
    line.add(spent);
    if (moment.sampled) line.native_code[meaning.words()] += share;
    if (quality_ != nullptr && moment.sampled && !moment.in_kernel && !line.python)
      take_translation(moment, own, share, line);
    take_inside(moment, own, share, line);
    take_outside(moment, own, share, line);
  }

  bool has_line(const Moment& moment) const { return own_frame(moment, 0) < moment.frames.size(); }

  void finish(ProgramFacts& facts) {
    facts.spread();
    for (auto& [key, line] : lines_) {
      const double known = line.native;
      line.spread();
      double named = 0;
      for (const auto& [name, share] : line.native_code) named += share;
      for (auto& [name, share] : line.native_code)
        share *= (line.interpreter + line.native + line.system) / named;
      for (Translated* part : {&line.unoptimised, &line.narrow})
        if (known > 0) part->grow(line.native / known);
      if (known > 0)
        for (double* part : {&line.in_steps, &line.in_large_steps}) *part *= line.native / known;
    }
    for (auto& [key, line] : lines_)
      (std::get<0>(key) ? facts.lines : facts.others).push_back(std::move(line));
    for (auto* lines : {&facts.lines, &facts.others})
      std::sort(lines->begin(), lines->end(), [](const LineFacts& a, const LineFacts& b) {
        return std::tuple(-a.all, a.file, a.line) < std::tuple(-b.all, b.file, b.line);
      });
  }

 private:
  void take_translation(const Moment& moment, std::size_t own, double share, LineFacts& line) {
    if (quality_->unoptimised(moment.place, moment.frames[own].place)) {
      add(line.unoptimised, share, quality_->optimised(moment.frames[own].place));
      return;
    }
    const NarrowLoop narrow = quality_->narrow(moment.place);
    if (!narrow.found) {
      const CodeQuality::Strides strides = quality_->strides(moment.place);
      if (strides.any) line.in_steps += share;
      if (strides.large) line.in_large_steps += share;
      return;
    }
    add(line.narrow, share, narrow.remains);
    if (narrow.old) line.narrow.old += share;
    if (narrow.scalar) line.narrow.scalar += share;
    if (narrow.sum) line.narrow.sums += share;
  }

  static void add(Translated& to, double share, const Remains& remains) {
    to.share += share;
    to.likely += share * remains.likely;
    to.least += share * remains.least;
    to.most += share * remains.most;
  }

  // A library that sleeps until other threads of the program have done their work waits for these.
  Wait wait_of(const Moment& moment) const {
    const bool polls = moment.wait == Wait::sleep && moment.others_run && !moment.frames.empty() &&
                       !own(moment.frames.front());
    return polls ? Wait::lock : moment.wait;
  }

  // The innermost frame of the program's own, from `from` on.
  std::size_t own_frame(const Moment& moment, std::size_t from) const {
    while (from < moment.frames.size() && !own(moment.frames[from])) ++from;
    return from;
  }

  bool own(const StackFrame& frame) const {
    // A native function without debugging information has no lines.
    if (frame.code == 0 || (frame.line == 0 && !stacks_.code(frame.code).native)) return false;
    const auto [at, added] = own_.emplace(frame.code, false);
    if (added) at->second = is_own_code(stacks_.code(frame.code));
    return at->second;
  }

  std::string name(const StackFrame& frame) const {
    const PythonCode& code = stacks_.code(frame.code);
    return code.native ? code.name : python_name(code.file, code.name);
  }

  LineFacts& line_of(const StackFrame& frame, bool main) {
    const PythonCode& code = stacks_.code(frame.code);
    LineFacts& line = lines_[{main, code.file, frame.line, code.name}];
    line.file = code.file;
    line.function = code.name;
    line.line = frame.line;
    line.python = !code.native;
    return line;
  }

  void take_inclusive(const Moment& moment, double share, ProgramFacts& facts) {
    std::set<std::pair<std::uint32_t, int>> seen;
    int depth = 0;
    for (auto frame = moment.frames.rbegin(); frame != moment.frames.rend(); ++frame) {
      if (!own(*frame)) continue;
      if (seen.insert({frame->code, frame->line}).second) {
        const PythonCode& code = stacks_.code(frame->code);
        InclusiveLine& line = facts.inclusive[{code.file, frame->line, code.name}];
        line.all += share;
        line.depth += share * depth;
      }
      ++depth;
    }
  }

  void take_inside(const Moment& moment, std::size_t own, double share, LineFacts& line) {
    if (own == 0) return;
    line.calls[name(moment.frames[own - 1])] += share;
    std::set<std::string> names;
    for (std::size_t i = 0; i < own; ++i)
      if (moment.frames[i].code != 0) names.insert(name(moment.frames[i]));
    for (const std::string& inner : names) line.inside[inner] += share;
  }

  void take_outside(const Moment& moment, std::size_t own, double share, LineFacts& line) {
    const std::size_t caller = own_frame(moment, own + 1);
    std::set<std::string> names;
    for (std::size_t i = own + 1; i < caller; ++i)
      if (moment.frames[i].code != 0) names.insert(name(moment.frames[i]));
    for (const std::string& outer : names) line.around[outer] += share;
    if (caller == moment.frames.size()) return;
    const PythonCode& code = stacks_.code(moment.frames[caller].code);
    line.callers[{code.file, moment.frames[caller].line}] += share;
  }

  const StackCounts& stacks_;
  PlaceReader& places_;
  CodeQuality* quality_;
  mutable std::unordered_map<std::uint32_t, bool> own_;  // by the number of the code
  std::map<std::tuple<bool, std::string, int, std::string>, LineFacts> lines_;
};

}  // namespace

void Spent::add(const Spent& other, double times) {
  all += times * other.all;
  interpreter += times * other.interpreter;
  native += times * other.native;
  system += times * other.system;
  waiting += times * other.waiting;
  unknown += times * other.unknown;
  collecting += times * other.collecting;
  for (std::size_t i = 0; i < activity.size(); ++i) activity[i] += times * other.activity[i];
  for (std::size_t i = 0; i < wait.size(); ++i) wait[i] += times * other.wait[i];
}

void Translated::add(const Translated& other) {
  share += other.share;
  likely += other.likely;
  least += other.least;
  most += other.most;
  old += other.old;
  scalar += other.scalar;
  sums += other.sums;
}

void Translated::grow(double factor) {
  for (double* part : {&share, &likely, &least, &most, &old, &scalar, &sums}) *part *= factor;
}

bool is_own_source(std::string_view path) {
  if (path.starts_with('<')) return is_typed(path);
  return !path.empty() && after_library(path) == path.npos && !in_native_library(path) &&
         !in_runtime(path);
}

bool is_own_code(const PythonCode& code) {
  return is_own_source(code.file) || (code.file == "<string>" && code.name == "<module>");
}

void Spent::shrink(double to) {
  for (double* part : {&all, &interpreter, &native, &system, &waiting, &unknown, &collecting})
    *part *= to;
  for (double& part : activity) part *= to;
  for (double& part : wait) part *= to;
}

void Spent::spread() {
  const double known = interpreter + native + system;
  if (known <= 0 || unknown <= 0) return;
  const double factor = (known + unknown) / known;
  for (double* part : {&interpreter, &native, &system}) *part *= factor;
  for (double& part : activity) part *= factor;
  unknown = 0;
}

std::string python_name(std::string_view file, std::string_view function) {
  const std::size_t from = after_library(file);
  std::string module(from == file.npos ? file.substr(file.rfind('/') + 1) : file.substr(from));
  if (module.ends_with(".py")) module.resize(module.size() - 3);
  constexpr std::string_view kPackage = "/__init__";
  if (module.ends_with(kPackage)) module.resize(module.size() - kPackage.size());
  std::replace(module.begin(), module.end(), '/', '.');
  return module + "." + std::string(function);
}

ProgramFacts program_facts(const StackCounts& stacks, pid_t main, PlaceReader& places,
                           CodeQuality* quality) {
  struct Time {
    double all = 0, with_lines[2] = {}, without_lines[2] = {};  // [1]: while it runs
    // Where most moments have lines of the program, the stacks of the others could not be read:
    // their time is as that of the rest.
    double weight(bool runs, bool has_line) const {
      const double with = with_lines[runs], without = without_lines[runs];
      if (without >= with) return 1;
      return has_line ? 1 + without / with : 0;
    }
  };
  const auto of_main = [main](const Moment& moment) {
    return moment.process == main && moment.first_thread;
  };
  // Time in which others had the processor is not the program's.
  const auto lost = [](const Moment& moment) { return moment.wait == Wait::processor; };
  Gatherer gatherer(stacks, places, quality);
  Time whole, later;
  stacks.for_each([&](const Moment& moment, std::uint64_t nanoseconds) {
    if (!of_main(moment) || lost(moment)) return;
    for (Time* time : {&whole, &later}) {
      if (time == &later && !moment.later) continue;
      const auto more = static_cast<double>(nanoseconds);
      time->all += more;
      (gatherer.has_line(moment) ? time->with_lines : time->without_lines)[moment.runs] += more;
    }
  });
  ProgramFacts facts;
  // The first epoch includes loading and reading, so the later ones count if they are long enough.
  constexpr double kEnough = 3e8;  // nanoseconds
  facts.later = later.all >= kEnough;
  const Time& time = facts.later ? later : whole;
  facts.seconds = time.all / 1e9;
  if (time.all <= 0) return facts;
  stacks.for_each([&](const Moment& moment, std::uint64_t nanoseconds) {
    const double share = static_cast<double>(nanoseconds) / time.all;
    const bool first = of_main(moment);
    if (facts.later && !moment.later) return;
    if (moment.process != main && moment.first_thread && (moment.runs || lost(moment)))
      facts.processes += share;
    if (lost(moment)) return;
    const double weight = first ? time.weight(moment.runs, gatherer.has_line(moment)) : 1;
    if (weight > 0) gatherer.take(moment, weight * share, first, facts);
  });
  gatherer.finish(facts);
  for (auto& [place, line] : facts.inclusive) line.depth /= line.all;
  return facts;
}

}  // namespace lithe::program
