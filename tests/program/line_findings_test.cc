#include "program/line_findings.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "program/finding_tools.h"
#include "support/temporary_folder.h"

namespace lithe::program {
namespace {

// A source file with this text, for the rules that read it.
std::string source(const std::string& name, const std::string& text) {
  static const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / name;
  std::ofstream(path) << text;
  return path.string();
}

LineFacts line(int number, double share, const std::string& function = "train") {
  LineFacts facts;
  facts.file = "/home/me/train.py";
  facts.function = function;
  facts.line = number;
  facts.python = true;
  facts.all = share;
  return facts;
}

ProgramFacts program(std::vector<LineFacts> lines) {
  ProgramFacts facts;
  facts.seconds = 10;
  facts.later = true;
  for (const LineFacts& one : lines) facts.add(one);
  facts.lines = std::move(lines);
  return facts;
}

ProgramFinding only(ProgramFacts facts) {
  const auto findings = line_findings(facts, 2);
  EXPECT_EQ(findings.size(), 1);
  return findings.empty() ? ProgramFinding{} : findings.front();
}

void compute(LineFacts& line, Activity activity, double share) {
  line.activity[static_cast<std::size_t>(activity)] += share;
  (activity == Activity::interpreter ? line.interpreter : line.native) += share;
}

LineFacts busy(int number, double share, Activity activity = Activity::loops) {
  LineFacts facts = line(number, share);
  compute(facts, activity, share);
  return facts;
}

// What it costs to move data in this share of the time: the rest gets faster without that too.
double cost_of_moving(double share) { return 1 / ((1 - share) * (1 - share / 5)); }

TEST(LineFindings, NothingOfLinesThatMultiply) {
  ProgramFacts facts = program({busy(1, 0.9, Activity::products), busy(2, 0.1)});
  EXPECT_TRUE(line_findings(facts, 2).empty());
}

TEST(LineFindings, DecodingInEachEpoch) {
  LineFacts load = busy(5, 0.8, Activity::other);
  load.inside["PIL.Image.Image.load"] = 0.7;
  load.inside["PIL.Image.Image.convert"] = 0.75;
  const ProgramFacts facts = program({load, busy(9, 0.2)});
  const ProgramFinding finding = only(facts);
  EXPECT_EQ(finding.name, "decoding");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_NEAR(finding.factor, cost_of_moving(0.75), 0.01);
  ProgramFacts first = facts;
  first.later = false;
  EXPECT_TRUE(line_findings(first, 2).empty()) << "files must be decoded once";
}

// What is done to the pictures when they are loaded is kept with them.
// The program's line 5 with a cause that takes most of its time, in a file with this text.
ProgramFinding of_line(const std::string& name, const std::string& text,
                       const std::function<void(LineFacts&)>& change) {
  LineFacts slow = busy(5, 0.8, Activity::interpreter);
  slow.file = source(name, "import numpy as np\n\n\nfor i in range(9):\n    " + text + "\n");
  change(slow);
  ProgramFacts facts = program({slow, busy(9, 0.2, Activity::products)});
  facts.inclusive[{slow.file, 5, "train"}] = {0.8, 0};
  const auto findings = line_findings(facts, 2);
  EXPECT_FALSE(findings.empty()) << text;
  if (findings.empty()) return {};
  EXPECT_EQ(findings.front().place->line, 5) << text;
  return findings.front();
}

TEST(LineFindings, CausesByWhatALineCallsOrSays) {
  const auto calls = [](const char* name) {
    return [name](LineFacts& line) { line.inside[name] = 0.75; };
  };
  const auto code = [](const char* name) {
    return [name](LineFacts& line) { line.native_code[name] = 0.4; };
  };
  const struct {
    const char *finding, *text;
    std::function<void(LineFacts&)> change;
  } kCauses[] = {
      {"plotting", "figure.savefig(path)", calls("matplotlib.figure.Figure.savefig")},
      {"copies", "b = copy.deepcopy(a)", calls("copy.deepcopy")},
      {"parsing", "t = datetime.strptime(a, b)", calls("_strptime._strptime_datetime")},
      {"reading", "rows = pickle.load(file)", [](LineFacts&) {}},
      {"reading", "rows = cursor.fetchall()", code("sqlite3VdbeExec in libsqlite3.so.0")},
      {"child_processes", "subprocess.run(command)", calls("subprocess.run")},
      {"child_processes", "os.system(\"date\")", [](LineFacts&) {}},
      {"float16", "y = x @ w", code("HALF_matmul in _multiarray_umath.so")},
      {"object_arrays", "y = x * w", code("PyUFunc_OO_O in _multiarray_umath.so")},
      {"copies", "x = np.append(x, row, axis=0)", [](LineFacts&) {}},
      {"copies", "frame = pd.concat([frame, row])", [](LineFacts&) {}},
      {"copies", "self.x = torch.cat((self.x, row))", [](LineFacts&) {}},
      {"python_loop", "y = leaky(x)", calls("numpy.lib._function_base_impl.vectorize.__call__")}};
  int number = 0;
  for (const auto& [finding, text, change] : kCauses)
    EXPECT_EQ(of_line(fmt::format("cause{}.py", number++), text, change).name, finding) << text;
}

TEST(LineFindings, JoiningArraysSideBySideIsNoGrowth) {
  int number = 0;
  for (const char* text : {"x = np.concatenate([x, skip], axis=1)", "x = torch.cat((x, skip), 1)",
                           "x = torch.cat([x, skip], dim=-1)", "y = np.append(x, row)",
                           "rows.append(row)", "x = np.concatenate([x_train, x.T.y])"})
    EXPECT_NE(of_line(fmt::format("joins{}.py", number++), text, [](LineFacts&) {}).name, "copies")
        << text;
}

TEST(LineFindings, AScriptThatStartsATrainingHasNoCause) {
  LineFacts starts = line(3, 1);
  starts.file = source("starts.py", "import subprocess\n\nsubprocess.run(command)\n");
  starts.inside["subprocess.run"] = 1;
  ProgramFacts facts = program({starts});
  EXPECT_TRUE(line_findings(facts, 2).empty());
}

TEST(LineFindings, AFunctionThatLoadsIsLoadingAsAWhole) {
  LineFacts decode = busy(5, 0.5, Activity::other), scale = busy(6, 0.4);
  decode.function = scale.function = "load";
  decode.inside["PIL.Image.Image.load"] = 0.5;
  const ProgramFinding finding = only(program({decode, scale, busy(9, 0.1)}));
  EXPECT_EQ(finding.name, "decoding");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_GT(finding.factor, 8);
}

TEST(LineFindings, EachWaitHasItsLine) {
  for (const auto& [wait, name] : {std::pair{Wait::sync, "fsync"}, std::pair{Wait::sleep, "sleep"},
                                   std::pair{Wait::network, "network"}}) {
    LineFacts waits = line(3, 0.5);
    waits.waiting = waits.wait[static_cast<std::size_t>(wait)] = 0.5;
    const ProgramFinding finding = only(program({waits, busy(9, 0.5)}));
    EXPECT_EQ(finding.name, name);
    EXPECT_EQ(finding.place->line, 3);
    // After a sleep the caches are cold, so what remains is a tenth faster.
    EXPECT_NEAR(finding.factor, wait == Wait::sleep ? 1 / (0.5 * 0.9) : 2, 0.01);
  }
}

TEST(LineFindings, ExamplesAreMadeOnceUnlessTheyAreRandom) {
  LineFacts made = busy(5, 0.4);
  made.function = "Digits.__getitem__";
  made.around["torch.utils.data._utils.fetch._MapDatasetFetcher.fetch"] = 0.4;
  const ProgramFinding finding = only(program({made, busy(9, 0.6, Activity::products)}));
  EXPECT_EQ(finding.name, "preparation");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_NEAR(finding.factor, 1.63, 0.05);
  made.inside["torchvision.transforms.transforms.RandomCrop.forward"] = 0.1;
  ProgramFacts random = program({made, busy(9, 0.6, Activity::products)});
  EXPECT_TRUE(line_findings(random, 2).empty());
}

TEST(LineFindings, AnAgentInOneEnvironment) {
  LineFacts learns = busy(3, 1, Activity::framework);
  learns.inside["stable_baselines3.common.on_policy_algorithm.OnPolicyAlgorithm.collect_rollouts"] =
      0.6;
  learns.inside["gymnasium.wrappers.common.TimeLimit.step"] = 0.1;
  const ProgramFinding finding = only(program({learns}));
  EXPECT_EQ(finding.name, "overhead");
  EXPECT_NE(finding.instead.find("make_vec_env"), std::string::npos);
  EXPECT_NEAR(finding.factor, 1 / (1 - 0.5 * 7 / 8), 0.01);
}

// State, stack and sample are of moments a little apart, and other lines get what belongs to it.
TEST(LineFindings, ALineThatSaysThatItWaitsDoesNothingElse) {
  const std::string file = source("log.py", "file.flush()\nos.fsync(file.fileno())\n");
  const auto waits = [&file](int number, double all, double waiting) {
    LineFacts one = line(number, all);
    one.file = file;
    one.waiting = one.wait[static_cast<std::size_t>(Wait::sync)] = waiting;
    compute(one, Activity::interpreter, all - waiting);
    return one;
  };
  const auto fsync = waits(2, 0.6, 0.25), neighbour = waits(1, 0.1, 0.04);
  const ProgramFinding finding = only(program({fsync, neighbour, busy(9, 0.3)}));
  EXPECT_EQ(finding.name, "fsync");
  EXPECT_EQ(finding.place->line, 2);
  EXPECT_NEAR(finding.factor, 2.5, 0.01);
}

TEST(LineFindings, ALoopOfPythonCostsAllOfIt) {
  LineFacts loop = line(4, 0.6, "loss"), rest = busy(9, 0.4, Activity::products);
  compute(loop, Activity::interpreter, 0.4);
  compute(loop, Activity::framework, 0.2);
  loop.native_code = {{"_PyEval_EvalFrameDefault in libpython3.11.so.1.0", 0.4},
                      {"array_subscript in _multiarray_umath.so", 0.2}};
  const ProgramFinding finding = only(program({loop, rest}));
  EXPECT_EQ(finding.name, "python_loop");
  EXPECT_EQ(finding.place->line, 4);
  EXPECT_NEAR(finding.factor, 2.4, 0.1);
}

TEST(LineFindings, GarbageCollection) {
  LineFacts makes = busy(4, 1, Activity::interpreter);
  makes.collecting = 0.7;
  ProgramFacts facts = program({makes});
  const auto findings = line_findings(facts, 2);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().name, "garbage_collector");
  EXPECT_NEAR(findings.front().factor, 1 / (0.3 * 0.86), 0.1);
  EXPECT_TRUE(findings.front().variables.empty()) << "Python 3.9 cannot be told to turn it off";
  facts.python_minor = 11;
  EXPECT_FALSE(line_findings(facts, 2).front().variables.empty());
}

// Which turning the collector off does not change.
TEST(LineFindings, ACallOfTheCollector) {
  LineFacts call = busy(1, 0.6, Activity::interpreter);
  call.file = source("collects.py", "gc.collect()\n");
  call.collecting = 0.55;
  ProgramFacts facts = program({call, busy(9, 0.4)});
  facts.python_minor = 11;
  const ProgramFinding finding = only(facts);
  EXPECT_EQ(finding.name, "garbage_collector");
  EXPECT_EQ(finding.variables.at(0).second, "calls");
  EXPECT_NEAR(finding.factor, 1 / (0.4 * 0.88), 0.1);
}

TEST(LineFindings, DoublePrecisionCostsHalfOfItsTime) {
  LineFacts product = busy(4, 0.9, Activity::products);
  product.native_code["dgemm_kernel_HASWELL in libopenblas.so.0"] = 0.8;
  const ProgramFinding finding = only(program({product, busy(9, 0.1)}));
  EXPECT_EQ(finding.name, "float64");
  EXPECT_NEAR(finding.factor, 1 / 0.55, 0.01);
}

// A cost that one finding explains is not another's too.
TEST(LineFindings, ACostIsCountedOnce) {
  LineFacts load = busy(5, 0.8, Activity::interpreter);
  load.inside["csv.DictReader.__next__"] = 0.8;
  ProgramFacts facts = program({load, busy(9, 0.2, Activity::products)});
  const auto findings = line_findings(facts, 2);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].name, "parsing");
  EXPECT_NEAR(facts.interpreter, 0, 1e-9);
}

// np.load parses a header, but what is done again is reading.
TEST(LineFindings, ACallBelongsToOneCause) {
  LineFacts load = busy(5, 0.9, Activity::interpreter);
  load.inside = {{"numpy.lib._npyio_impl.load", 0.9}, {"ast.literal_eval", 0.4}};
  const ProgramFinding finding = only(program({load, busy(9, 0.1, Activity::products)}));
  EXPECT_EQ(finding.name, "reading");
  EXPECT_NEAR(finding.factor, cost_of_moving(0.9), 0.01);
  EXPECT_LT(finding.low, finding.factor);
  EXPECT_GT(finding.high, finding.factor);
}

TEST(LineFindings, NoRangeBeginsBelowOne) {
  for (const double share : {0.06, 0.2, 0.5, 0.99}) {
    const Estimate cost = estimate(share, 0, 0.05);
    EXPECT_GT(cost.low, 1) << share;
    EXPECT_LT(cost.low, cost.factor) << share;
    EXPECT_LT(cost.factor, cost.high) << share;
  }
}

// What a function does while JAX records it is part of compiling it.
TEST(LineFindings, RecordingAFunctionIsCompilingIt) {
  LineFacts call = busy(5, 0.5, Activity::other), body = busy(2, 0.25, Activity::interpreter);
  call.inside["jax._src.compiler.compile_or_get_cached"] = 0.4;
  body.function = "loss";
  body.around["jax._src.api.value_and_grad"] = 0.25;
  const ProgramFinding finding = only(program({call, body, busy(9, 0.25, Activity::products)}));
  EXPECT_EQ(finding.name, "recompilation");
  EXPECT_NEAR(finding.factor, cost_of_moving(0.75), 0.01);
}

// A product that is not the BLAS's, and what else is done with the same array.
TEST(LineFindings, AnArrayWithGapsIsSlowWhereverItIsRead) {
  const std::string file = source("strided.py",
                                  "np.matmul(x, self.w, out=self.code)\n"
                                  "self.error -= x\n"
                                  "self.error = np.exp(self.code)\n");
  LineFacts product = busy(1, 0.4), subtract = busy(2, 0.4), other = busy(3, 0.2);
  for (LineFacts* one : {&product, &subtract, &other}) one->file = file;
  const ProgramFinding finding = only(program({product, subtract, other}));
  EXPECT_EQ(finding.name, "strided");
  EXPECT_EQ(finding.place->line, 1);
  EXPECT_NEAR(finding.factor, 1 / (0.2 + 0.4 * 0.05 + 0.4 * 0.5), 0.01);
  EXPECT_NE(finding.problem.find("40%"), std::string::npos) << finding.problem;
}

ProgramFacts calls_with_little_to_do(const std::string& file) {
  LineFacts call = busy(5, 0.9, Activity::framework), rest = busy(6, 0.1, Activity::products);
  call.file = rest.file = file;
  ProgramFacts facts = program({call, rest});
  facts.inclusive[{file, 5, "train"}] = {0.9, 0.9};
  facts.inclusive[{file, 6, "train"}] = {0.1, 0.1};
  return facts;
}

// The program's text says how many examples a mini-batch has.
TEST(LineFindings, AnExampleAtATime) {
  const std::string file = source("by_example.py",
                                  "BATCH_SIZE = 50\n"
                                  "def train(images):\n"
                                  "    total = 0\n"
                                  "    for image in images:\n"
                                  "        step(image)\n"
                                  "        product(image)\n");
  const ProgramFinding finding = only(calls_with_little_to_do(file));
  EXPECT_EQ(finding.name, "overhead");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_NE(finding.remedy.find("a mini-batch of 50"), std::string::npos) << finding.remedy;
  EXPECT_NEAR(finding.factor, 1 / (0.9 * (1 / 50.0 + 0.005) + 0.1 * 0.05), 0.5);
}

TEST(LineFindings, MiniBatchesCanBeLarger) {
  const std::string file = source("by_batch.py",
                                  "def train(batches):\n"
                                  "    total = 0\n"
                                  "\n"
                                  "    for x in batches:\n"
                                  "        step(batch(x))\n"
                                  "        product(x)\n");
  const ProgramFinding finding = only(calls_with_little_to_do(file));
  EXPECT_EQ(finding.name, "overhead");
  EXPECT_NE(finding.remedy.find("larger mini-batches"), std::string::npos) << finding.remedy;
  EXPECT_LT(finding.factor, 4);
}

// Conversions vanish when all arrays have one type.
TEST(LineFindings, ArraysOfBothPrecisions) {
  LineFacts product = busy(4, 0.9, Activity::products);
  compute(product, Activity::loops, 0.1);
  product.all = 1;
  product.native_code = {{"dgemm_kernel_HASWELL in libopenblas.so.0", 0.8},
                         {"_aligned_contig_cast_float_to_double in _multiarray_umath.so", 0.2}};
  const ProgramFinding finding = only(program({product}));
  EXPECT_EQ(finding.name, "float64");
  EXPECT_NEAR(finding.factor, 2.5, 0.01);
}

// A file that is opened for each line of output.
TEST(LineFindings, OutputInSmallPieces) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "train.py").string();
  std::ofstream(file) << "def report(path, text):\n    with open(path, \"a\") as log:\n"
                         "        log.write(text)\n    with open(path) as again:\n";
  LineFacts opens = busy(2, 0.4, Activity::interpreter), writes = busy(3, 0.2, Activity::loops);
  opens.activity[static_cast<std::size_t>(Activity::kernel)] = 0.1;
  opens.file = writes.file = file;
  const ProgramFinding finding = only(program({opens, writes, busy(9, 0.4, Activity::products)}));
  EXPECT_EQ(finding.name, "output");
  EXPECT_EQ(finding.place->line, 2);
  EXPECT_NEAR(finding.factor, 1 / (0.4 * 0.88 + 0.6 * 0.03), 0.1);
  LineFacts reads = opens;
  reads.line = 4;
  ProgramFacts other = program({reads, busy(9, 0.6, Activity::products)});
  for (const ProgramFinding& found : line_findings(other, 2)) EXPECT_NE(found.name, "output");
}

LineFacts compiled(const char* file, const char* function, int number, double share) {
  LineFacts facts = busy(number, share, Activity::other);
  facts.file = file;
  facts.function = function;
  facts.python = false;
  return facts;
}

TEST(LineFindings, BoxedNumbersInJava) {
  LineFacts sums = compiled("Train.java", "Train.update", 29, 0.7);
  sums.inside["java.lang.Double.valueOf"] = 0.2;
  LineFacts calls = compiled("Train.java", "Train.main", 53, 0.1);
  ProgramFacts facts = program({sums, calls, compiled("Train.java", "Train.read", 60, 0.2)});
  facts.inclusive[{"Train.java", 51, "Train.main"}].all = 0.7;
  facts.inclusive[{"Train.java", 60, "Train.read"}].all = 0.1;
  const ProgramFinding finding = only(facts);
  EXPECT_EQ(finding.name, "boxing");
  EXPECT_EQ(finding.place->line, 29);
  EXPECT_NEAR(finding.factor, 1 / (1 - 0.8 * 0.97), 0.1);
}

// A function of JavaScript is known by its first line alone.
TEST(LineFindings, TheLineThatParsesInJavaScript) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "train.js").string();
  std::ofstream(file) << "function load(\n  path\n) {\n  const x = 1;\n  return JSON.parse(x);\n}\n"
                         "JSON.parse(y);\n";
  LineFacts load = compiled(file.c_str(), "load", 1, 0.8);
  load.inside["v8::internal::JsonParser<unsigned char>::ParseJson"] = 0.8;
  const ProgramFinding finding = only(program({load, compiled(file.c_str(), "train", 9, 0.2)}));
  EXPECT_EQ(finding.name, "parsing");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_EQ(finding.remedy.find("np."), std::string::npos);
}

// Processes that compute are not a loader.
TEST(LineFindings, APoolThatComputesIsNoLoader) {
  LineFacts waits = line(5, 1);
  waits.waiting = waits.wait[static_cast<std::size_t>(Wait::lock)] = 1;
  waits.inside["multiprocessing.pool.Pool.map"] = 1;
  ProgramFacts facts = program({waits});
  const ProgramFacts idle = facts;
  EXPECT_EQ(only(idle).name, "loader_workers");
  facts.others = {busy(20, 1.5, Activity::products)};
  EXPECT_TRUE(line_findings(facts, 2).empty());
}

TEST(LineFindings, ALockHasALineThatSaysSomething) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "train.cc").string();
  std::ofstream(file) << "void add() {\n  const std::lock_guard guard(m);\n  sum += x;\n}\n";
  LineFacts locks = compiled(file.c_str(), "add", 2, 0.2), unlocks = locks;
  locks.inside["pthread_mutex_lock"] = 0.2;
  unlocks.line = 4;
  unlocks.all = unlocks.native = 0.5;
  unlocks.inside["pthread_mutex_unlock"] = 0.5;
  ProgramFacts facts = program({locks, unlocks, compiled(file.c_str(), "add", 3, 0.3)});
  facts.others = {locks};
  const ProgramFinding finding = only(facts);
  EXPECT_EQ(finding.name, "lock");
  EXPECT_EQ(finding.place->line, 2);
}

}  // namespace
}  // namespace lithe::program
