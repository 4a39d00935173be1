#include "program/call_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "program/line_report.h"
#include "program/shared_counters.h"

namespace lithe::program {

namespace {

// Causes that show in the names of what a line calls.
struct CallRule {
  const char* name;
  std::span<const std::string_view> calls;   // beginnings of names of Python's functions
  std::span<const std::string_view> native;  // parts of names of compiled code
  bool only_later;      // normal in the first epoch, or where epochs are not known
  double likely, most;  // what remains of its time when it is mended
  const char* problem;
  const char* remedy;
  const char* in_python;  // goes on with the remedy
  const char* instead;    // in Python
  std::string_view text;  // of a call in JavaScript, whose line within its function is not known
  // Python's functions in C, which have no frame of their own: the text of a line that calls them.
  std::span<const std::string_view> texts = {};
};

constexpr std::string_view kCompilersOfJax[] = {
    "jax._src.compiler.", "jax._src.interpreters.mlir.", "jax._src.interpreters.pxla.",
    "jax._src.interpreters.partial_eval.", "jax._src.pjit._infer_params"};
constexpr std::string_view kCompilersOfTorch[] = {"torch._dynamo.convert_frame", "torch._inductor.",
                                                  "torch._functorch.aot_autograd"};
constexpr std::string_view kCompilersOfNumba[] = {"numba.core.compiler", "numba.core.dispatcher"};
constexpr std::string_view kDecoders[] = {
    "PIL.", "imageio.", "skimage.io", "cv2.", "torchvision.io", "matplotlib.image", "soundfile.",
    "librosa.", "gzip.", "zipfile.", "bz2.", "lzma.",
    // compiled code, and Java
    "png_read_", "png_process_", "jpeg_read_", "stbi_", "stbi__", "inflate", "ZSTD_decompress",
    "BZ2_bzDecompress", "lzma_code", "WebPDecode", "cv::imread", "cv::imdecode", "javax.imageio.",
    "java.util.zip."};
constexpr std::string_view kDecoderCode[] = {
    "libz.so",      "libz-",        "libjpeg",          "libpng", "libwebp",
    "libturbojpeg", "zlib.cpython", "_imaging.cpython", "libtiff"};
constexpr std::string_view kParsers[] = {
    "csv.", "json.", "pandas.io.parsers", "pandas.io.json", "numpy.lib._npyio_impl.loadtxt",
    "numpy.lib._npyio_impl._read", "numpy.lib._npyio_impl.genfromtxt", "numpy.lib.npyio.loadtxt",
    "numpy.lib.npyio._read", "numpy.lib.npyio.genfromtxt", "xml.", "yaml.", "ast.literal_eval",
    "polars.io.csv", "_strptime.", "dateutil.", "pandas.core.tools.datetimes", "tomllib.", "html.",
    // compiled code, Java, and Node
    "nlohmann::", "rapidjson::", "simdjson::", "serde_json::", "std::num_get", "__strto", "strto",
    "____strto", "sscanf", "__isoc99_sscanf", "com.fasterxml.jackson.", "com.google.gson.",
    "org.json.", "java.lang.Double.parseDouble", "java.lang.Integer.parseInt",
    "v8::internal::JsonParser", "v8::internal::Builtin_JsonParse", "Builtins_JsonParse"};
constexpr std::string_view kParserCode[] = {" in _csv.",     " in _json.",   " in parsers.cpython",
                                            "_json.cpython", "_csv.cpython", "orjson"};
constexpr std::string_view kWorkers[] = {
    "torch.utils.data.dataloader._MultiProcessingDataLoaderIter", "multiprocessing.pool.",
    "concurrent.futures.process."};
// Of workers that compute, waiting for what they compute is no loss.
constexpr double kComputing = 0.5;
constexpr std::string_view kReaders[] = {
    "numpy.lib._npyio_impl.load", "numpy.lib.npyio.load", "numpy.lib._format_impl",
    "numpy.lib.format", "pathlib.Path.read_", "h5py.", "scipy.io.", "joblib.numpy_pickle",
    "torch.serialization.load", "pandas.io.pickle", "pandas.io.parquet", "pandas.io.sql",
    "sqlalchemy.", "psycopg", "pyarrow.", "polars.io.", "shelve.",
    // compiled code, Java, and Node
    "fread", "_IO_fread", "std::basic_filebuf", "std::fs::read", "java.nio.file.Files.read",
    "java.io.FileInputStream.read", "java.io.BufferedReader.read", "node::fs::Read", "uv_fs_read"};

constexpr std::string_view kReaderCode[] = {" in libsqlite3", " in _sqlite3.", " in libhdf5"};
constexpr std::string_view kReaderTexts[] = {"pickle.load", "marshal.load", ".fetchall(",
                                             ".fetchmany(", ".fetchone("};
constexpr std::string_view kPlots[] = {"matplotlib.pyplot.",
                                       "matplotlib.figure.",
                                       "matplotlib.axes.",
                                       "matplotlib.backends.",
                                       "matplotlib.backend_",
                                       "matplotlib.animation.",
                                       "seaborn.",
                                       "plotly.",
                                       "bokeh."};
constexpr std::string_view kCopiers[] = {"copy.deepcopy", "copy.copy", "copy._"};

constexpr CallRule kCallRules[] = {
    {"recompilation",
     kCompilersOfJax,
     {},
     true,
     0,
     0.02,
     "JAX compiles a function again in each epoch",
     "JAX compiles a function once for each function object, and for each shape and type of its "
     "arguments: call jax.jit once, outside the loop, pass numbers that change as arrays, and give "
     "all batches one shape",
     "",
     "step = jax.jit(step)    # once, before the loop",
     ""},
    {"recompilation",
     kCompilersOfTorch,
     {},
     true,
     0,
     0.02,
     "torch.compile compiles a function again in each epoch",
     "it compiles for each shape that it meets: give all batches one shape (drop_last=True), or "
     "call torch.compile with dynamic=True; TORCH_LOGS=recompiles prints each reason",
     "",
     "model = torch.compile(model, dynamic=True)",
     ""},
    {"recompilation",
     kCompilersOfNumba,
     {},
     true,
     0,
     0.02,
     "Numba compiles a function again in each epoch",
     "decorate the function once, outside the loop, and call it with one type of arguments; "
     "@njit(cache=True) keeps the code on disk",
     "",
     "",
     ""},
    {"loader_workers",
     kWorkers,
     {},
     false,
     0.07,
     0.15,
     "worker processes prepare the batches, and sending them costs more than that saves",
     "data that fits into memory needs no workers: keep it in one tensor and index it",
     "",
     "for i in torch.randperm(len(x)).split(batch): train(x[i], y[i])",
     ""},
    {"plotting",
     kPlots,
     {},
     true,
     0,
     0.05,
     "pictures are drawn in each epoch",
     "draw once, when the training has ended, or every tenth epoch; keep the figure and change its "
     "data: line.set_data(x, y)",
     "",
     "",
     ""},
    {"copies",
     kCopiers,
     {},
     false,
     0.03,
     0.15,
     "objects are copied with all that they hold (copy.deepcopy)",
     "copy only what changes, such as one array: w.copy(); or change it in place and change it "
     "back",
     "",
     "",
     ""},
    {"decoding", kDecoders, kDecoderCode, true, 0, 0.03, "files are decoded again in each epoch",
     "decode each file once, before the first epoch, and keep the arrays",
     "; np.save keeps them for the next run",
     "images = np.stack([np.asarray(Image.open(path)) for path in paths])    # once", ""},
    {"parsing", kParsers, kParserCode, true, 0, 0.03, "text is parsed again in each epoch",
     "parse it once, before the first epoch, and keep the arrays",
     "; np.save and np.load keep them for the next run", "", "JSON.parse("},
    {"reading", kReaders, kReaderCode, true, 0, 0.05, "files are read again in each epoch",
     "read each file once, before the first epoch, and keep what it holds",
     ", or map it: np.load(path, mmap_mode=\"r\")", "", "readFile", kReaderTexts},
};

double of_calls(const LineFacts& line, const CallRule& rule) {
  const double called = largest(
      line.inside, [&rule](std::string_view name) { return begins_with_one(name, rule.calls); });
  const double compiled = sum(
      line.native_code, [&rule](std::string_view name) { return holds_one(name, rule.native); });
  const bool says_so = line.python && !rule.texts.empty() &&
                       holds_one(source_line(line.file, line.line), rule.texts);
  return says_so ? line.all : std::max(called, compiled);
}

// What a rule explains of a line. One call may be of several kinds, as np.load parses a header: the
// line belongs to what explains most of it.
double explained(const LineFacts& line, const CallRule& rule) {
  const double by_this = of_calls(line, rule);
  const bool best = std::all_of(
      std::begin(kCallRules), std::end(kCallRules),
      [&](const CallRule& other) { return &other == &rule || of_calls(line, other) <= by_this; });
  if (!best) return 0;
  // To compile a function, it is called with arguments that record what it does: that is part of
  // it.
  if (rule.name != std::string_view("recompilation")) return by_this;
  const double recorded = largest(line.around, [](std::string_view name) {
    constexpr std::string_view kRecorders[] = {"jax._src.", "torch._dynamo.", "numba.core."};
    return begins_with_one(name, kRecorders);
  });
  return std::max(by_this > line.all / 2 ? line.all : by_this, recorded);
}

// The functions that do little but load data. What else they do to it (scaling, means, labels) is
// kept with the data, and need not be done again either.
std::set<FunctionName> loaders(const ProgramFacts& facts, const CallRule& rule) {
  if (!rule.only_later) return {};
  constexpr double kLoads = 0.4, kComputes = 0.05;
  constexpr std::string_view kTraining[] = {"<module>", "main", "train", "fit",
                                            "run",      "step", "epoch"};
  const auto compute = functions_with(
      facts, kComputes, [](const LineFacts& line) { return line[Activity::products]; });
  auto found = functions_with(facts, kLoads,
                              [&rule](const LineFacts& line) { return explained(line, rule); });
  std::erase_if(found, [&](const FunctionName& name) {
    return holds_one(name.second, kTraining) || compute.contains(name);
  });
  return found;
}

bool workers_compute(const ProgramFacts& facts) {
  double numeric = 0, all = 0;
  for (const LineFacts& line : facts.others) {
    numeric += line[Activity::products] + line[Activity::loops] + line[Activity::waiting];
    all += computed(line);
  }
  constexpr double kSome = 0.1;
  return all > kSome && numeric > kComputing * all;
}

void find_calls(ProgramFacts& facts, const CallRule& rule, Findings& findings) {
  if (rule.only_later && !facts.later) return;
  if (rule.calls.data() == kWorkers && workers_compute(facts)) return;
  const auto whole = loaders(facts, rule);
  Found found(facts);
  for (LineFacts& line : facts.lines)
    found.add(line, whole.contains(function_of(line)) ? line.all : explained(line, rule));
  if (found.all() < kWorth) return;
  ProgramFinding finding = make(rule.name, rule.problem, rule.remedy,
                                estimate_with_caches(found.all(), rule.likely, rule.most));
  finding.evidence = fmt::format("{} of the time of {}", percent(found.all()),
                                 facts.later ? "an epoch" : "the run");
  if (found.most() != nullptr && found.most()->python) {
    finding.remedy += rule.in_python;
    finding.instead = rule.instead;
  } else if (found.most() != nullptr && !rule.text.empty()) {
    finding.place = line_that_says(*found.most(), rule.text);
  }
  findings.push_back(found.finish(std::move(finding)));
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

bool by_numpy(std::string_view name) { return name.starts_with("numpy."); }

void find_calls_by_element(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  std::optional<ProgramLine> place;
  constexpr std::string_view kByRow[] = {"pandas.core.apply.",
                                         "pandas.core.frame.DataFrame.iterrows",
                                         "pandas.core.frame.DataFrame.itertuples",
                                         "pandas.core.frame.DataFrame.apply",
                                         "pandas.core.series.Series.apply",
                                         "pandas.core.series.Series.map",
                                         "pandas.core.algorithms.map",
                                         "numpy.lib._function_base_impl.vectorize",
                                         "numpy.lib.function_base.vectorize",
                                         "numpy.lib._shape_base_impl.apply_along_axis",
                                         "numpy.lib.shape_base.apply_along_axis"};
  const auto by_row = [&kByRow](std::string_view name) { return begins_with_one(name, kByRow); };
  for (LineFacts& line : facts.lines) {
    const double outside = largest(line.around, by_row);
    found.add(line, std::max(outside, largest(line.inside, by_row)));
    if (outside > line.all / 2 && found.most() == &line)
      if (const LineFacts* caller = caller_of(line, facts)) place = report_line(*caller);
  }
  if (found.all() < kWorth) return;
  const bool of_numpy =
      largest(found.most()->around, by_numpy) + largest(found.most()->inside, by_numpy) > 0;
  ProgramFinding finding =
      make("python_loop",
           fmt::format("{} calls a function of Python for each row or element, which takes {} of "
                       "the time",
                       of_numpy ? "NumPy" : "pandas", percent(found.all())),
           of_numpy ? "write the function for whole arrays: np.where(condition, x, y), "
                      "x.max(axis=1); np.vectorize and np.apply_along_axis are loops"
                    : "compute with whole columns: frame[\"a\"] * frame[\"b\"], "
                      "np.where(condition, x, y), Series.map(dictionary)",
           estimate_with_caches(found.all(), 0.005, 0.05));
  finding.instead = of_numpy
                        ? "y = np.where(x > 0, x, 0.01 * x)"
                        : "frame[\"z\"] = np.where(frame[\"a\"] > 0, frame[\"b\"], -frame[\"b\"])";
  finding.place = place;
  findings.push_back(found.finish(std::move(finding)));
}

// A data set of PyTorch that makes each example anew when it is asked for. What is random has to.
void find_preparation(ProgramFacts& facts, Findings& findings) {
  if (!facts.later) return;
  const auto by_loader = [](std::string_view name) {
    return name.starts_with("torch.utils.data.");
  };
  const auto random = [](std::string_view name) { return name.find("Random") != name.npos; };
  Found found(facts);
  for (LineFacts& line : facts.lines)
    if (line.function.ends_with("__getitem__") && largest(line.around, by_loader) > line.all / 2 &&
        largest(line.inside, random) <= 0)
      found.add(line, line.all);
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("preparation",
           fmt::format("examples are made one by one, again in each epoch, which takes {} of the "
                       "time",
                       percent(found.all())),
           "make all of them once, before the first epoch, and keep the tensors; only what is "
           "random has to be done each time",
           estimate(found.all(), 0.03, 0.15));
  finding.instead =
      "dataset = TensorDataset(torch.stack([x for x, y in dataset]), "
      "torch.tensor([y for x, y in dataset]))    # once";
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

constexpr int kCollectorCanBeTold = 10;  // Python 3.10, by the library that is loaded

// What the program calls itself is no matter of the collector's settings.
void find_collect_calls(ProgramFacts& facts, Findings& findings) {
  constexpr std::string_view kCall[] = {"gc.collect("};
  Found found(facts);
  for (LineFacts& line : facts.lines)
    if (line.collecting > 0 && holds_one(source_line(line.file, line.line), kCall))
      found.add(line, line.all);
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("garbage_collector",
           fmt::format("it lets Python collect garbage, which goes through all objects, in {} of "
                       "the time",
                       percent(found.all())),
           "leave that to Python: what nothing refers to is freed at once without it, and circles "
           "of objects are collected when there are many",
           estimate_with_caches(found.all(), 0, 0.03));
  if (facts.python_minor >= kCollectorCanBeTold)
    finding.variables = {{kCollectorVariable, kWithoutCalls}};
  findings.push_back(found.finish(std::move(finding)));
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
           "turn it off. If memory then grows, objects refer to one another in a circle: call "
           "gc.collect() once in some epochs, where least is alive",
           estimate_with_caches(found.all(), 0, 0.03));
  if (facts.python_minor >= kCollectorCanBeTold)
    finding.variables = {{kCollectorVariable, kWithoutCollector}};
  finding.instead = "import gc; gc.freeze(); gc.disable()    # after loading, before the epochs";
  findings.push_back(found.finish(std::move(finding)));
}

}  // namespace

void call_findings(ProgramFacts& facts, Findings& findings) {
  leave_out_imports(facts);
  // What is not done again makes no garbage either, so the calls come before the collector.
  find_calls(facts, findings);
  find_calls_by_element(facts, findings);
  find_preparation(facts, findings);
  find_collect_calls(facts, findings);
  find_collector(facts, findings);
}

void find_calls(ProgramFacts& facts, Findings& findings) {
  for (const CallRule& rule : kCallRules) find_calls(facts, rule, findings);
}

}  // namespace lithe::program
