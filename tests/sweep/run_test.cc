// Sweeps in a folder: the same results however they are worked on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "lithe/error.h"
#include "lithe/sweep.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "sweep/claims.h"
#include "sweep/link.h"

namespace lithe {
namespace {

namespace fs = std::filesystem;
using sweep::Claims;
using sweep::Owner;

SweepPlan small_plan(SweepSearch search = SweepSearch::sobol, std::size_t trials = 24) {
  SweepPlan plan;
  plan.parameters = {SweepParameter::parse("rate=1e-4..1e-1:log"),
                     SweepParameter::parse("units=8..256")};
  plan.search = search;
  plan.trials = trials;
  plan.seeds = 2;
  plan.epochs = 9;
  return plan;
}

// A stand-in for a training: some milliseconds, then a number that follows from the values.
SweepScores pretend(const SweepTask& task) {
  std::this_thread::sleep_for(std::chrono::milliseconds(3 + task.trial % 5));
  const double rate = std::log10(std::stod(task.values[0])) + 2.5;
  const double units = std::stod(task.values[1]) / 256;
  const double more = 1.0 / static_cast<double>(1 + task.epochs);
  const double score = rate * rate + (units - 0.5) * (units - 0.5) + more;
  return {{score, score * 1.01}, {score * 2, score * 3}, {{1, score}, {1, score}}};
}

// Everything of the trials but their circumstances, as text.
std::string table_of(const SweepFolder& folder) {
  std::string table;
  for (const SweepTrial& trial : folder.read_trials()) {
    auto json = nlohmann::json::parse(base::read_text(folder.trial_file(trial.number)));
    json.erase("run");
    table += json.dump() + "\n";
  }
  for (const std::size_t number : rank_trials(folder.plan(), folder.read_trials()))
    table += std::to_string(number) + " ";
  return table;
}

pid_t start(const std::function<void()>& work) {
  const pid_t process = ::fork();
  if (process != 0) return process;
  work();
  ::_exit(0);
}

int wait_for(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return status;
}

class Sweeps : public testing::TestWithParam<SweepSearch> {
 protected:
  test::TemporaryFolder temporary_;
  fs::path path_ = temporary_.path() / "runs";

  std::string table_by(const std::string& name, std::size_t workers) {
    const SweepFolder folder = SweepFolder::make(temporary_.path() / name, small_plan(GetParam()));
    EXPECT_TRUE(run_sweep(folder, pretend, {.workers = workers}));
    return table_of(folder);
  }
};

TEST_P(Sweeps, TheTableDoesNotDependOnTheNumberOfWorkers) {
  const std::string one = table_by("one", 1);
  EXPECT_EQ(one, table_by("two", 2));
  EXPECT_EQ(one, table_by("four", 4));
}

// Programs that join are killed at moments of all sorts, and another one finishes.
TEST_P(Sweeps, TheTableDoesNotDependOnWhoWasKilled) {
  const std::string alone = table_by("alone", 1);
  const SweepFolder folder = SweepFolder::make(path_, small_plan(GetParam()));
  for (int round = 0; round < 6; ++round) {
    const pid_t first = start([&] { run_sweep(folder, pretend, {.workers = 2}); }),
                second = start([&] { run_sweep(folder, pretend, {.workers = 1}); });
    std::this_thread::sleep_for(std::chrono::milliseconds(9 + 7 * round));
    ::kill(first, SIGKILL);
    ::kill(second, SIGKILL);
    wait_for(first), wait_for(second);
  }
  EXPECT_TRUE(run_sweep(SweepFolder::open(path_), pretend, {.workers = 2}));
  EXPECT_EQ(table_of(folder), alone);
}

TEST_P(Sweeps, ProgramsThatWorkTogetherShareTheTrials) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan(GetParam()));
  // Each training leaves a mark, so that one which was done twice shows.
  const fs::path marks = temporary_.path() / "marks";
  fs::create_directory(marks);
  const auto marked = [&](const SweepTask& task) {
    const std::string name = std::to_string(task.trial) + "-" + std::to_string(task.rung);
    if (!sweep::create(marks / name, "x")) throw Error(ErrorKind::io, "it was trained twice");
    return pretend(task);
  };
  std::vector<pid_t> programs;
  for (int i = 0; i < 3; ++i)
    programs.push_back(start([&] {
      if (!run_sweep(folder, marked, {.workers = 2})) ::_exit(1);
    }));
  for (const pid_t program : programs) EXPECT_EQ(wait_for(program), 0);
  EXPECT_TRUE(is_done(folder.plan(), folder.read_trials()));
  for (const SweepTrial& trial : folder.read_trials()) EXPECT_EQ(trial.error, "");
  std::size_t tasks = 0;
  for (const SweepRung& rung : rungs_of(folder.plan())) tasks += rung.trials;
  EXPECT_EQ(std::distance(fs::directory_iterator(marks), fs::directory_iterator()),
            static_cast<std::ptrdiff_t>(tasks));
}

TEST_P(Sweeps, PartsMakeTheWhole) {
  const std::string alone = table_by("alone", 1);
  const SweepFolder folder = SweepFolder::make(path_, small_plan(GetParam()));
  std::vector<pid_t> programs;
  for (std::size_t part = 0; part < 3; ++part)
    programs.push_back(
        start([&] { run_sweep(folder, pretend, {.workers = 1, .part = part, .parts = 3}); }));
  for (const pid_t program : programs) EXPECT_EQ(wait_for(program), 0);
  EXPECT_EQ(table_of(folder), alone);
}

INSTANTIATE_TEST_SUITE_P(Searches, Sweeps,
                         testing::Values(SweepSearch::sobol, SweepSearch::random,
                                         SweepSearch::halving),
                         [](const auto& one) { return std::string(name(one.param)); });

class OneSweep : public testing::Test {
 protected:
  test::TemporaryFolder temporary_;
  fs::path path_ = temporary_.path() / "runs";
};

TEST_F(OneSweep, APartTrainsItsOwnTrialsAlone) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  EXPECT_TRUE(run_sweep(folder, pretend, {.workers = 2, .part = 2, .parts = 5}));
  for (const SweepTrial& trial : folder.read_trials()) EXPECT_EQ(trial.number % 5, 2u);
  EXPECT_EQ(folder.read_trials().size(), 5u);
}

TEST_F(OneSweep, ATrialThatFailsOrCrashesHarmsNoOther) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  const auto clumsy = [](const SweepTask& task) -> SweepScores {
    if (task.trial == 3) throw Error(ErrorKind::numeric, "the loss is not a number");
    if (task.trial == 5) ::raise(SIGSEGV);
    if (task.trial == 7) ::_exit(3);
    if (task.trial == 9) throw std::bad_alloc();
    if (task.trial == 11) return {{std::nan(""), 1}};
    if (task.trial == 13) return {{1}};
    return pretend(task);
  };
  EXPECT_TRUE(run_sweep(folder, clumsy, {.workers = 2}));
  const auto error = [&](std::size_t trial) { return folder.read_trial(trial)->error; };
  EXPECT_NE(error(3).find("the loss is not a number"), std::string::npos);
  EXPECT_NE(error(5).find("signal 11"), std::string::npos) << error(5);
  EXPECT_NE(error(7).find("status 3"), std::string::npos) << error(7);
  EXPECT_EQ(error(9), "out of memory");
  EXPECT_NE(error(11).find("not a number"), std::string::npos);
  EXPECT_NE(error(13).find("1 scores of 2"), std::string::npos);
  EXPECT_EQ(rank_trials(folder.plan(), folder.read_trials()).size(), 18u);
}

// One that is killed is tried again: the table must not depend on it.
TEST_F(OneSweep, ATrialWhoseProcessIsKilledIsTrainedAgain) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  const fs::path mark = temporary_.path() / "killed";
  EXPECT_TRUE(run_sweep(folder,
                        [&](const SweepTask& task) {
                          if (task.trial == 4 && sweep::create(mark, "x")) ::raise(SIGKILL);
                          return pretend(task);
                        },
                        {.workers = 2}));
  EXPECT_TRUE(fs::exists(mark));
  EXPECT_EQ(folder.read_trial(4)->error, "");
}

TEST_F(OneSweep, StopsWhereItIsAsked) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  std::size_t finished = 0;
  SweepRun run{.workers = 1};
  run.stop = [&] { return finished == 5; };
  run.finished = [&](const SweepTrial&) { ++finished; };
  EXPECT_FALSE(run_sweep(folder, pretend, run));
  EXPECT_EQ(folder.read_trials().size(), 5u);
  EXPECT_TRUE(fs::is_empty(path_ / "claims")) << "what it had claimed is free";
  EXPECT_TRUE(fs::is_empty(path_ / "workers"));
}

TEST_F(OneSweep, ATrialWhoseFileIsRemovedIsTrainedAgain) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  EXPECT_TRUE(run_sweep(folder, pretend, {.workers = 2}));
  const std::string before = table_of(folder);
  fs::remove(folder.trial_file(7));
  std::size_t finished = 0;
  SweepRun run{.workers = 2};
  run.finished = [&](const SweepTrial& trial) { finished += trial.number == 7 ? 1 : 100; };
  EXPECT_TRUE(run_sweep(folder, pretend, run));
  EXPECT_EQ(finished, 1u);
  EXPECT_EQ(table_of(folder), before);
}

TEST_F(OneSweep, ADamagedFileIsTold) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  EXPECT_TRUE(run_sweep(folder, pretend, {.workers = 2}));
  for (const char* text : {"", "{", "[]", "{\"trial\": 3}", "null"}) {
    std::ofstream(folder.trial_file(3)) << text;
    test::expect_error(ErrorKind::model, {"damaged", "00003.json", "remove it"},
                       [&] { folder.read_trials(); });
  }
  std::ofstream(path_ / "sweep.json") << "{\"form\": 1}";
  test::expect_error(ErrorKind::model, {"damaged", "sweep.json"},
                     [&] { SweepFolder::open(path_); });
}

TEST_F(OneSweep, AFolderMadeWithOtherOptionsIsRefusedByName) {
  SweepPlan plan = small_plan();
  plan.settings = {{"--network", "dense({units})"}, {"--batch", "32"}};
  plan.notes = {{"--data", "here.csv"}};
  SweepFolder::make(path_, plan);
  SweepFolder::make(path_, plan);  // the same
  const auto refused = [&](const std::string& option,
                           const std::function<void(SweepPlan&)>& change) {
    SweepPlan other = plan;
    change(other);
    test::expect_error(ErrorKind::usage, {option, "--join"},
                       [&] { SweepFolder::make(path_, other); });
  };
  refused("--batch was '32' and is '64'", [](SweepPlan& p) { p.settings[1].second = "64"; });
  refused("--batch was '32' and is nothing", [](SweepPlan& p) { p.settings.pop_back(); });
  refused("--epochs was nothing and is '3'",
          [](SweepPlan& p) { p.settings.emplace_back("--epochs", "3"); });
  refused("--seed was '1' and is '2'", [](SweepPlan& p) { p.seed = 2; });
  refused("--seeds was '2' and is '1'", [](SweepPlan& p) { p.seeds = 1; });
  refused("--trials was '24' and is '25'", [](SweepPlan& p) { p.trials = 25; });
  refused("--search was 'sobol'", [](SweepPlan& p) { p.search = SweepSearch::random; });
  refused("--try rate was",
          [](SweepPlan& p) { p.parameters[0] = SweepParameter::parse("rate=1e-5..1e-1:log"); });
  refused("--metric was", [](SweepPlan& p) { p.metric = "rmse"; });
  SweepPlan elsewhere = plan;
  elsewhere.notes[0].second = "/another/place.csv";
  SweepFolder::make(path_, elsewhere);
  test::expect_error(ErrorKind::usage, {"there is no sweep"},
                     [&] { SweepFolder::open(temporary_.path() / "none"); });
}

TEST_F(OneSweep, KeepsTheModelsOfTheBest) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan());
  EXPECT_TRUE(run_sweep(folder,
                        [&](const SweepTask& task) {
                          std::ofstream(folder.model_file(task.trial)) << task.trial;
                          return pretend(task);
                        },
                        {.workers = 3, .keep_models = 4}));
  const auto ranking = rank_trials(folder.plan(), folder.read_trials());
  for (std::size_t i = 0; i < ranking.size(); ++i)
    EXPECT_EQ(fs::exists(folder.model_file(ranking[i])), i < 4) << i;
}

TEST_F(OneSweep, JournalHasALineForEachTrialInTheirOrder) {
  const SweepFolder folder = SweepFolder::make(path_, small_plan(SweepSearch::halving, 9));
  EXPECT_TRUE(run_sweep(folder,
                        [](const SweepTask& task) -> SweepScores {
                          if (task.trial == 2) throw Error(ErrorKind::numeric, "it failed");
                          return pretend(task);
                        },
                        {.workers = 2}));
  std::ifstream journal(path_ / "journal.log");
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(journal, line);) lines.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(lines.size(), 10u);
  EXPECT_EQ(lines[0]["directions"], nlohmann::json::array({1}));
  const auto trials = folder.read_trials();
  std::size_t complete = 0, pruned = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    const nlohmann::json& line = lines[k + 1];
    EXPECT_EQ(line["op_code"], 4);
    EXPECT_EQ(line["params"]["units"], std::stoi(trials[k].values[1]));
    const int state = line["state"];
    EXPECT_EQ(state == 3, k == 2);
    if (state != 3) {
      EXPECT_EQ(line["value"], trials[k].rungs.back().mean());
    }
    complete += state == 1, pruned += state == 2;
  }
  EXPECT_EQ(complete, 1u);
  EXPECT_EQ(pruned, 7u);
}

TEST(Create, OnlyOneOfManyMakesTheFile) {
  test::TemporaryFolder folder;
  for (int round = 0; round < 20; ++round) {
    const fs::path file = folder.path() / std::to_string(round);
    std::vector<pid_t> programs;
    for (int i = 0; i < 8; ++i)
      programs.push_back(start([&] { ::_exit(sweep::create(file, std::to_string(i)) ? 1 : 0); }));
    int made = 0;
    for (const pid_t program : programs) made += WEXITSTATUS(wait_for(program));
    EXPECT_EQ(made, 1);
    EXPECT_EQ(base::read_text(file).size(), 1u);
  }
}

class ClaimTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "claims");
    fs::create_directory(folder_.path() / "workers");
  }
  // A claim of a program that this one cannot look at.
  void claim_elsewhere(const std::string& task, const std::string& beat) {
    Owner other = Owner::self();
    other.host = "another";
    std::ofstream(folder_.path() / "claims" / (task + ".0")) << other.to_json();
    if (!beat.empty()) std::ofstream(folder_.path() / "workers" / other.token()) << beat;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ClaimTest, AreTakenOnceAndFreeAgainWhenReleased) {
  Claims mine(folder_.path(), 60);
  EXPECT_TRUE(mine.take("a"));
  EXPECT_FALSE(mine.take("a"));
  const pid_t other = start([&] {
    Claims theirs(folder_.path(), 60);
    ::_exit(theirs.take("a") ? 1 : theirs.take("b") ? 0 : 2);
  });
  EXPECT_EQ(wait_for(other), 0);
  EXPECT_TRUE(mine.take("b")) << "its owner has ended";
  mine.release("a");
  EXPECT_TRUE(mine.take("a"));
}

TEST_F(ClaimTest, OfAKilledProgramIsTakenOverByExactlyOne) {
  const pid_t dead = start([&] {
    Claims claims(folder_.path(), 60);
    for (int i = 0; i < 20; ++i) claims.take(std::to_string(i));
    ::raise(SIGKILL);
  });
  wait_for(dead);
  std::vector<pid_t> programs;
  for (int p = 0; p < 4; ++p)
    programs.push_back(start([&] {
      Claims claims(folder_.path(), 60);
      int taken = 0;
      for (int i = 0; i < 20; ++i) taken += claims.take(std::to_string(i)) ? 1 : 0;
      ::usleep(300'000);  // alive while the others look
      ::_exit(taken);
    }));
  int taken = 0;
  for (const pid_t program : programs) taken += WEXITSTATUS(wait_for(program));
  EXPECT_EQ(taken, 20);
}

TEST_F(ClaimTest, OfAnotherMachineHoldsWhileItsBeatGoesOn) {
  claim_elsewhere("a", "1");
  Claims mine(folder_.path(), 0.2);
  for (int beat = 2; beat < 8; ++beat) {
    EXPECT_FALSE(mine.take("a")) << beat;
    claim_elsewhere("a", std::to_string(beat));
    ::usleep(60'000);
  }
  EXPECT_FALSE(mine.take("a"));
  ::usleep(250'000);
  EXPECT_TRUE(mine.take("a")) << "it has stood still for longer than that";
}

TEST_F(ClaimTest, OfAnotherMachineThatSaidThatItEndedIsFree) {
  claim_elsewhere("a", "");
  Claims mine(folder_.path(), 60);
  EXPECT_TRUE(mine.take("a"));
}

TEST_F(ClaimTest, OfAProcessNumberThatAnotherProgramHasNowIsFree) {
  Owner earlier = Owner::self();
  earlier.start -= 1;
  std::ofstream(folder_.path() / "claims" / "a.0") << earlier.to_json();
  std::ofstream(folder_.path() / "workers" / earlier.token()) << "1";
  Claims mine(folder_.path(), 60);
  EXPECT_TRUE(mine.take("a"));
}

TEST_F(ClaimTest, ThatIsDamagedIsFreeAfterAWhile) {
  std::ofstream(folder_.path() / "claims" / "a.0") << "";
  Claims mine(folder_.path(), 0.1);
  EXPECT_FALSE(mine.take("a")) << "its content may be on its way";
  ::usleep(150'000);
  EXPECT_TRUE(mine.take("a"));
}

}  // namespace
}  // namespace lithe
