#include "program/line_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "program/finding_tools.h"
#include "program/line_report.h"
#include "program/native_findings.h"

namespace lithe::program {

namespace {

// Causes that show in the names of what a line calls.
struct CallRule {
  const char* name;
  std::span<const std::string_view> calls;   // beginnings of names of Python's functions
  std::span<const std::string_view> native;  // parts of names of compiled code
  bool only_later;     // normal in the first epoch, or where epochs are not known
  double least, most;  // what remains of its time when it is mended
  const char* problem;
  const char* remedy;
  const char* instead;
};

constexpr std::string_view kCompilersOfJax[] = {
    "jax._src.compiler.", "jax._src.interpreters.mlir.", "jax._src.interpreters.pxla.",
    "jax._src.interpreters.partial_eval.", "jax._src.pjit._infer_params"};
constexpr std::string_view kCompilersOfTorch[] = {"torch._dynamo.convert_frame", "torch._inductor.",
                                                  "torch._functorch.aot_autograd"};
constexpr std::string_view kCompilersOfNumba[] = {"numba.core.compiler", "numba.core.dispatcher"};
constexpr std::string_view kDecoders[] = {
    "PIL.",       "imageio.", "skimage.io", "cv2.",     "torchvision.io", "matplotlib.image",
    "soundfile.", "librosa.", "gzip.",      "zipfile.", "bz2.",           "lzma."};
constexpr std::string_view kDecoderCode[] = {
    "libz.so",      "libz-",        "libjpeg",          "libpng", "libwebp",
    "libturbojpeg", "zlib.cpython", "_imaging.cpython", "libtiff"};
constexpr std::string_view kParsers[] = {"csv.",
                                         "json.",
                                         "pandas.io.parsers",
                                         "pandas.io.json",
                                         "numpy.lib._npyio_impl.loadtxt",
                                         "numpy.lib._npyio_impl._read",
                                         "numpy.lib._npyio_impl.genfromtxt",
                                         "numpy.lib.npyio.loadtxt",
                                         "numpy.lib.npyio._read",
                                         "numpy.lib.npyio.genfromtxt",
                                         "xml.",
                                         "yaml.",
                                         "ast.literal_eval",
                                         "polars.io.csv"};
constexpr std::string_view kParserCode[] = {" in _csv.",     " in _json.",   " in parsers.cpython",
                                            "_json.cpython", "_csv.cpython", "orjson"};
constexpr std::string_view kWorkers[] = {
    "torch.utils.data.dataloader._MultiProcessingDataLoaderIter", "multiprocessing.pool.",
    "concurrent.futures.process."};
constexpr std::string_view kReaders[] = {"numpy.lib._npyio_impl.load",
                                         "numpy.lib.npyio.load",
                                         "numpy.lib._format_impl",
                                         "numpy.lib.format",
                                         "pathlib.Path.read_",
                                         "h5py.",
                                         "scipy.io."};

constexpr CallRule kCallRules[] = {
    {"recompilation",
     kCompilersOfJax,
     {},
     true,
     0.001,
     0.02,
     "JAX compiles a function again in each epoch",
     "JAX compiles a function once for each function object, and for each shape and type of its "
     "arguments: call jax.jit once, outside the loop, pass numbers that change as arrays, and give "
     "all batches one shape",
     "step = jax.jit(step)    # once, before the loop"},
    {"recompilation",
     kCompilersOfTorch,
     {},
     true,
     0.001,
     0.02,
     "torch.compile compiles a function again in each epoch",
     "it compiles for each shape that it meets: give all batches one shape (drop_last=True), or "
     "call torch.compile with dynamic=True; TORCH_LOGS=recompiles prints each reason",
     "model = torch.compile(model, dynamic=True)"},
    {"recompilation",
     kCompilersOfNumba,
     {},
     true,
     0.001,
     0.02,
     "Numba compiles a function again in each epoch",
     "decorate the function once, outside the loop, and call it with one type of arguments; "
     "@njit(cache=True) keeps the code on disk",
     ""},
    {"loader_workers",
     kWorkers,
     {},
     false,
     0.03,
     0.15,
     "worker processes prepare the batches, and sending them costs more than that saves",
     "data that fits into memory needs no workers: keep it in one tensor and index it",
     "for i in torch.randperm(len(x)).split(batch): train(x[i], y[i])"},
    {"decoding", kDecoders, kDecoderCode, true, 0.001, 0.03,
     "files are decoded again in each epoch",
     "decode each file once, before the first epoch, and keep the arrays (np.save keeps them for "
     "the next run)",
     "images = np.stack([np.asarray(Image.open(path)) for path in paths])    # once"},
    {"parsing", kParsers, kParserCode, true, 0.001, 0.03, "text is parsed again in each epoch",
     "parse it once, before the first epoch, and keep the arrays; np.save and np.load keep them "
     "for the next run",
     ""},
    {"reading",
     kReaders,
     {},
     true,
     0.001,
     0.05,
     "files are read again in each epoch",
     "read each file once, before the first epoch, or map it: np.load(path, mmap_mode=\"r\")",
     ""},
};

// What a rule explains of a line.
double explained(const LineFacts& line, const CallRule& rule) {
  const double called = largest(
      line.inside, [&rule](std::string_view name) { return begins_with_one(name, rule.calls); });
  const double compiled = sum(
      line.native_code, [&rule](std::string_view name) { return holds_one(name, rule.native); });
  return std::max(called, compiled);
}

// The functions that do little but load data. What else they do to it (scaling, means, labels) is
// kept with the data, and need not be done again either.
std::set<std::pair<std::string, std::string>> loaders(const ProgramFacts& facts,
                                                      const CallRule& rule) {
  struct Loading {
    double all = 0, loads = 0, products = 0;
  };
  std::map<std::pair<std::string, std::string>, Loading> functions;
  for (const LineFacts& line : facts.lines) {
    Loading& time = functions[{line.file, line.function}];
    time.all += line.all;
    time.loads += explained(line, rule);
    time.products += line[Activity::products];
  }
  constexpr double kLoads = 0.5, kComputes = 0.05;
  constexpr std::string_view kTraining[] = {"<module>", "main", "train", "fit",
                                            "run",      "step", "epoch"};
  std::set<std::pair<std::string, std::string>> found;
  for (const auto& [name, time] : functions)
    if (rule.only_later && !holds_one(name.second, kTraining) && time.loads > kLoads * time.all &&
        time.products < kComputes * time.all)
      found.insert(name);
  return found;
}

void find_calls(ProgramFacts& facts, const CallRule& rule, Findings& findings) {
  if (rule.only_later && !facts.later) return;
  const auto whole = loaders(facts, rule);
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line, whole.contains({line.file, line.function}) ? line.all : explained(line, rule));
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make(rule.name, rule.problem, rule.remedy, estimate(found.all(), rule.least, rule.most));
  finding.evidence = fmt::format("{} of the time of {}", percent(found.all()),
                                 facts.later ? "an epoch" : "the run");
  finding.instead = rule.instead;
  findings.push_back(found.finish(std::move(finding)));
}

// Loading modules is no cause: it is taken out of the facts.
void leave_out_imports(ProgramFacts& facts) {
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line, largest(line.inside, [](std::string_view name) {
                return name.starts_with("<frozen importlib");
              }));
  found.finish({});
}

void find_collector(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  for (LineFacts& line : facts.lines) found.add(line, line.collecting);
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("garbage_collector",
           fmt::format("Python's garbage collector takes {} of the time: it goes through all "
                       "objects again and again while the program makes many",
                       percent(found.all())),
           "if nothing refers to itself in a circle, turn it off: import gc; gc.disable(). "
           "Otherwise let it run more seldom, and take what lasts out of it: gc.freeze(), "
           "gc.set_threshold(100_000)",
           estimate(found.all(), 0.001, 0.03));
  finding.instead = "import gc; gc.freeze(); gc.disable()    # after loading, before the epochs";
  findings.push_back(found.finish(std::move(finding)));
}

struct WaitRule {
  Wait wait;
  std::string_view call;  // of the C library, that does the same without waiting
  const char* name;
  const char* problem;  // "it ... in 40% of the time"
  const char* remedy;
};

constexpr WaitRule kWaitRules[] = {
    {Wait::sync, "sync in libc", "fsync", "waits until the disk has what was written (fsync)",
     "do that once an epoch, or every few minutes: the system writes by itself, and a program that "
     "ends loses nothing"},
    {Wait::sleep, "nanosleep in", "sleep", "sleeps",
     "wait for what it waits for, not for a time: a queue's get(), an Event's wait(), "
     "subprocess.wait()"},
    {Wait::disk, "pread64 in", "reading", "waits for the disk",
     "read the files once, before the first epoch, and keep the arrays"},
    {Wait::network, "recv in", "network", "waits for the network",
     "fetch the data once, before the first epoch; send and log many records at a time, from "
     "another thread"},
    {Wait::terminal, "", "output", "waits for the terminal", "print less often"},
};

void find_wait(ProgramFacts& facts, const WaitRule& rule, Findings& findings) {
  // A line that mostly waits does little else: the calls that it waits in take the rest of its
  // time.
  constexpr double kMostly = 0.3;
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    double sampled = 0, calls = 0;
    for (const auto& [name, share] : line.native_code) {
      sampled += share;
      if (!rule.call.empty() && name.find(rule.call) != name.npos) calls += share;
    }
    const double in_call = sampled > 0 ? calls / sampled * computed(line) : 0;
    const double share = line[rule.wait] + in_call;
    found.add(line, share > kMostly * line.all ? line.all : share);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make(rule.name, fmt::format("it {} in {} of the time", rule.problem, percent(found.all())),
           rule.remedy, estimate(found.all(), 0.001, 0.05));
  findings.push_back(found.finish(std::move(finding)));
}

// Threads of Python compute one at a time.
void find_interpreter_lock(ProgramFacts& facts, double processors, Findings& findings) {
  constexpr double kSome = 0.3;
  Found found(facts);
  double waited = 0;
  for (LineFacts& line : facts.lines) waited += line[Wait::interpreter];
  LineFacts* most = nullptr;
  for (std::vector<LineFacts>* lines : {&facts.lines, &facts.others})
    for (LineFacts& line : *lines) {
      if (lines == &facts.others) waited += line[Wait::interpreter];
      if (most == nullptr || line[Wait::interpreter] > (*most)[Wait::interpreter]) most = &line;
    }
  const double useful = std::min(facts.wanted, processors);
  if (most == nullptr || waited < kSome || useful < 1 + kWorth) return;
  ProgramFinding finding = make(
      "gil",
      fmt::format("{:.1f} threads of Python want to compute, and one at a time can: the others "
                  "wait for the interpreter's lock",
                  facts.wanted),
      "use processes in the place of threads (concurrent.futures.ProcessPoolExecutor), or one "
      "thread and work on whole arrays",
      Estimate{std::max(1.05, 0.9 * useful), 1, useful});
  finding.place = report_line(*most);
  findings.push_back(std::move(finding));
}

// ---- Loops of the interpreter ----

struct FunctionTime : Spent {
  std::vector<LineFacts*> lines;
  double called = 0;  // of it in functions of others, in Python
};

std::map<std::pair<std::string, std::string>, FunctionTime> by_function(ProgramFacts& facts) {
  std::map<std::pair<std::string, std::string>, FunctionTime> functions;
  for (LineFacts& line : facts.lines) {
    FunctionTime& function = functions[{line.file, line.function}];
    function.add(line);
    function.lines.push_back(&line);
    for (const auto& [name, share] : line.calls) function.called += share;
  }
  return functions;
}

// The line of the program's own that called `line` through functions of others, mostly.
const LineFacts* caller_of(const LineFacts& line, const ProgramFacts& facts) {
  const auto most =
      std::max_element(line.callers.begin(), line.callers.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == line.callers.end()) return nullptr;
  for (const LineFacts& other : facts.lines)
    if (other.file == most->first.first && other.line == most->first.second) return &other;
  return nullptr;
}

void find_pandas(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  std::optional<ProgramLine> place;
  constexpr std::string_view kByRow[] = {"pandas.core.apply.",
                                         "pandas.core.frame.DataFrame.iterrows",
                                         "pandas.core.frame.DataFrame.itertuples",
                                         "pandas.core.frame.DataFrame.apply",
                                         "pandas.core.series.Series.apply",
                                         "pandas.core.series.Series.map",
                                         "pandas.core.algorithms.map"};
  const auto by_row = [&kByRow](std::string_view name) { return begins_with_one(name, kByRow); };
  for (LineFacts& line : facts.lines) {
    const double outside = largest(line.around, by_row);
    found.add(line, std::max(outside, largest(line.inside, by_row)));
    if (outside > line.all / 2 && found.most() == &line)
      if (const LineFacts* caller = caller_of(line, facts)) place = report_line(*caller);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("python_loop",
           fmt::format("pandas calls a function of Python for each row or element, which takes {} "
                       "of the time",
                       percent(found.all())),
           "compute with whole columns: frame[\"a\"] * frame[\"b\"], np.where(condition, x, y), "
           "Series.map(dictionary)",
           estimate(found.all(), 0.003, 0.05));
  finding.instead = "frame[\"z\"] = np.where(frame[\"a\"] > 0, frame[\"b\"], -frame[\"b\"])";
  finding.place = place;
  findings.push_back(found.finish(std::move(finding)));
}

// The part of the sampled time in the interpreter and in operations on single numbers.
double by_single_numbers(const FunctionTime& function) {
  constexpr std::string_view kSingle[] = {"libpython",
                                          "in python3",
                                          "in math.cpython",
                                          "gentype_",
                                          "scalar",
                                          "Scalar",
                                          "getitem",
                                          "setitem",
                                          "array_subscript",
                                          "array_item",
                                          "prepare_index",
                                          "convert_to_float",
                                          "convert_to_double",
                                          "float_",
                                          "double_",
                                          "fetestexcept",
                                          "feclearexcept",
                                          "npy_clear_floatstatus",
                                          "npy_get_floatstatus"};
  double single = 0, all = 0;
  for (const LineFacts* line : function.lines)
    for (const auto& [name, share] : line->native_code) {
      all += share;
      if (holds_one(name, kSingle)) single += share;
    }
  return all > 0 ? single / all : 0;
}

void find_loops(ProgramFacts& facts, Findings& findings) {
  for (auto& [name, function] : by_function(facts)) {
    const double work = computed(function);
    constexpr double kMostly = 0.5, kProducts = 0.25, kCalled = 0.5, kMuch = 0.08;
    if (work < kMuch || by_single_numbers(function) < kMostly ||
        function[Activity::products] > kProducts * work || function.called > kCalled * work)
      continue;
    Found found(facts);
    for (LineFacts* line : function.lines) found.add(*line, computed(*line));
    ProgramFinding finding =
        make("python_loop",
             fmt::format("a loop of Python in {} takes {} of the time, a number at a time",
                         name.second, percent(found.all())),
             "compute with whole arrays (NumPy: np.exp(x).sum(), np.where, boolean indices), or "
             "compile the function: @numba.njit",
             estimate(found.all(), 0.005, 0.1));
    findings.push_back(found.finish(std::move(finding)));
  }
}

// ---- Many small calls ----

// The innermost of the program's lines below which most of the time passes.
std::optional<ProgramLine> loop_line(const ProgramFacts& facts) {
  constexpr double kMost = 0.5;
  const std::tuple<std::string, int, std::string>* best = nullptr;
  double depth = -1;
  for (const auto& [place, line] : facts.inclusive)
    if (line.all >= kMost && line.depth > depth) {
      depth = line.depth;
      best = &place;
    }
  if (best == nullptr) return {};
  ProgramLine line;
  std::tie(line.file, line.line, line.function) = *best;
  line.text = source_line(line.file, line.line);
  line.share = facts.inclusive.at(*best).all;
  return line;
}

void find_overhead(ProgramFacts& facts, Findings& findings) {
  const double interpreter = facts.interpreter, framework = facts[Activity::framework];
  constexpr double kMuch = 0.2, kWorthAWord = 0.01;
  if (interpreter + framework < kMuch || facts.lines.empty()) return;
  const double products = facts[Activity::products], loops = facts[Activity::loops];
  // A batch of ten in the place of an example: a tenth of the calls, products of matrices, and
  // loops whose start is what they took.
  const double rest =
      interpreter + framework + facts[Activity::allocation] + facts[Activity::copies];
  const auto left = [&](double calls, double product, double loop) {
    return 1 /
           std::max(0.01, 1 - (1 - product) * products - (1 - loop) * loops - (1 - calls) * rest);
  };
  std::string where = fmt::format("the interpreter takes {} of the time", percent(interpreter));
  if (framework > kWorthAWord)
    where += fmt::format(", the framework's way to its kernels {}", percent(framework));
  ProgramFinding finding =
      make("overhead", where + ": many calls, each with little to do",
           "give each call more to do: a mini-batch at a time in the place of an example, and one "
           "product for all of it",
           Estimate{left(0.1, 0.25, 0.3), left(0.3, 1, 1), left(0.03, 0.1, 0.1)});
  finding.evidence =
      fmt::format("products take {}, numeric loops {}", percent(products), percent(loops));
  finding.place = loop_line(facts);
  findings.push_back(std::move(finding));
}

// ---- Arrays ----

bool is_product(const std::string& text) {
  constexpr std::string_view kProducts[] = {"@",       "dot(",       "matmul(",
                                            "einsum(", "tensordot(", "inner("};
  return holds_one(text, kProducts);
}

void find_strided(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  constexpr std::string_view kWithoutBlas[] = {"_noblas"};
  for (LineFacts& line : facts.lines) {
    const double slow = sum(line.native_code, [&kWithoutBlas](std::string_view name) {
      return holds_one(name, kWithoutBlas);
    });
    // Where NumPy has no symbols, a product whose time is not in the BLAS.
    const double loops = line[Activity::loops];
    const bool unnamed = slow == 0 && loops > 4 * line[Activity::products] &&
                         loops > line.all / 2 && is_product(source_line(line.file, line.line));
    found.add(line, slow > 0 ? slow : unnamed ? loops : 0);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding = make(
      "strided",
      fmt::format("a product takes {} of the time and is not computed by the BLAS, which needs "
                  "float32 or float64 whose rows or columns lie side by side",
                  percent(found.all())),
      "copy the array once, before the loop, so that its numbers lie side by side: "
      "np.ascontiguousarray(x); products of integers: x.astype(np.float32)",
      estimate(found.all(), 0.01, 0.15));
  finding.instead = "x = np.ascontiguousarray(x)    # once, where the view is made";
  findings.push_back(found.finish(std::move(finding)));
}

void find_copies(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double copied = line[Activity::copies];
    const double faults = line[Activity::page_faults] + line[Activity::allocation];
    constexpr double kMostly = 0.25;
    if (copied > kMostly * computed(line)) found.add(line, copied + faults);
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("copies", fmt::format("copies of arrays take {} of the time", percent(found.all())),
           "x[start:stop] is a view and copies nothing; np.array(x), x.copy(), x[list], "
           "np.concatenate and astype copy: do that once, before the loop, or only with the rows "
           "that are needed",
           estimate(found.all(), 0.002, 0.1));
  findings.push_back(found.finish(std::move(finding)));
}

bool of_double(std::string_view name) {
  constexpr std::string_view kDouble[] = {
      "dgemm", "dgemv", "dsyrk",   "dtrsm",           "dtrmm",   "ddot",
      "daxpy", "dger",  "DOUBLE_", "simd_exp_DOUBLE", "_dgemm_", "_dgemv_"};
  return begins_with_one(name, kDouble) || name.find("blas_avx512_dgemm") != name.npos ||
         name.find("simd_exp_f64") != name.npos;
}

// Takes nothing away: what else costs the same time costs it in float32 too.
void find_float64(ProgramFacts& facts, Findings& findings) {
  double doubles = 0, most = 0;
  const LineFacts* place = nullptr;
  for (const LineFacts& line : facts.lines) {
    const double named = sum(line.native_code, of_double);
    double floats = sum(line.native_code, [](std::string_view name) {
      return name.starts_with("sgem") || name.starts_with("FLOAT_") || name.starts_with("sdot");
    });
    // What is not named on such a line is as what is.
    const double numeric = line[Activity::products] + line[Activity::loops] +
                           line[Activity::copies] + line[Activity::page_faults];
    const double share = named > 2 * floats ? std::max(named, numeric) : named;
    doubles += share;
    if (share > most) {
      most = share;
      place = &line;
    }
  }
  constexpr double kMuch = 0.2;
  if (doubles < kMuch || place == nullptr) return;
  ProgramFinding finding = make(
      "float64",
      fmt::format("{} of the time is arithmetic in float64, which takes twice the time of float32",
                  percent(doubles)),
      "float32 suffices for neural networks: make all arrays so, also weights and constants, for "
      "one float64 array makes the result float64. astype(float), np.zeros(n), np.random.randn and "
      "np.loadtxt give float64",
      Estimate{gain(doubles, 0.5), gain(doubles, 0.75), gain(doubles, 0.4)});
  finding.instead = "x = x.astype(np.float32)    # once; np.zeros(n, np.float32)";
  finding.place = report_line(*place);
  findings.push_back(std::move(finding));
}

}  // namespace

std::vector<ProgramFinding> line_findings(ProgramFacts& facts, double processors) {
  Findings findings;
  // Seconds; without epochs imports are most of a short run.
  constexpr double kShort = 0.5, kShortEpochs = 0.2;
  if (facts.seconds < (facts.later ? kShortEpochs : kShort)) return findings;
  if (std::none_of(facts.lines.begin(), facts.lines.end(),
                   [](const LineFacts& line) { return line.python; })) {
    findings = native_findings(facts);
    for (const WaitRule& rule : kWaitRules) find_wait(facts, rule, findings);
    return findings;
  }
  leave_out_imports(facts);
  find_collector(facts, findings);
  for (const CallRule& rule : kCallRules) find_calls(facts, rule, findings);
  for (const WaitRule& rule : kWaitRules) find_wait(facts, rule, findings);
  find_interpreter_lock(facts, processors, findings);
  find_pandas(facts, findings);
  find_loops(facts, findings);
  find_overhead(facts, findings);
  find_strided(facts, findings);
  find_copies(facts, findings);
  find_float64(facts, findings);
  return findings;
}

}  // namespace lithe::program
