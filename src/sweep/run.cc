// A program's part in a sweep: it claims tasks, has them trained, and waits for those of others.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "base/threads.h"
#include "lithe/error.h"
#include "lithe/sweep.h"
#include "sweep/claims.h"
#include "sweep/worker.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using sweep::Worker;

constexpr std::chrono::milliseconds kBetweenLooks{250};
constexpr std::chrono::seconds kBetweenReadings{1}, kBetweenJournals{2};
constexpr std::size_t kMostDeaths = 3;

class Runner {
 public:
  Runner(const SweepFolder& folder, const sweep::TrainTrial& train, const SweepRun& run)
      : folder_(folder),
        plan_(folder.plan()),
        train_(train),
        run_(run),
        rungs_(rungs_of(plan_)),
        values_(trial_values(plan_)),
        claims_(folder.path(), run.patience),
        trials_(folder.read_trials()) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    for (Worker& worker : workers_) {
      worker.kill();
      claims_.release(name_of(worker.task()));
    }
  }

  bool run() {
    const std::size_t most = run_.workers > 0 ? run_.workers : base::usable_processors();
    bool all_done = false;
    for (;;) {
      claims_.beat();
      collect();
      if (run_.stop && run_.stop()) break;
      read_those_of_others();
      while (workers_.size() < most) {
        const auto task = next_task();
        if (!task) break;
        workers_.emplace_back(folder_, *task, train_);
      }
      write_journal();
      all_done = workers_.empty() && is_all_done();
      if (all_done) break;
      if (workers_.empty() && run_.waits) run_.waits(busy_.size());
      wait();
    }
    clean_up(all_done);
    return all_done;
  }

 private:
  std::string name_of(const SweepTask& task) const {
    return rungs_.size() == 1 ? fmt::format("{:05}", task.trial)
                              : fmt::format("{:05}-rung{}", task.trial, task.rung);
  }
  bool is_mine(std::size_t trial) const { return trial % run_.parts == run_.part; }
  bool is_running(std::size_t trial) const {
    return std::ranges::any_of(workers_,
                               [&](const Worker& worker) { return worker.task().trial == trial; });
  }

  const SweepTrial* find(std::size_t trial) const {
    const auto at = std::ranges::lower_bound(trials_, trial, {}, &SweepTrial::number);
    return at != trials_.end() && at->number == trial ? &*at : nullptr;
  }
  bool is_done(std::size_t trial, std::size_t rung) const {
    const SweepTrial* const known = find(trial);
    return known != nullptr && (known->failed() || known->rungs.size() > rung);
  }
  void read(std::size_t trial) {
    auto there = folder_.read_trial(trial);
    if (!there) return;
    const auto at = std::ranges::lower_bound(trials_, trial, {}, &SweepTrial::number);
    if (at != trials_.end() && at->number == trial)
      *at = std::move(*there);
    else
      trials_.insert(at, std::move(*there));
  }
  void read_those_of_others() {
    if (Clock::now() < next_reading_) return;
    next_reading_ = Clock::now() + kBetweenReadings;
    for (std::size_t k = 0; k < plan_.trials; ++k)
      if (!is_done(k, rungs_.size() - 1) && !is_running(k)) read(k);
  }

  std::optional<SweepTask> next_task() {
    std::erase_if(busy_, [&](const auto& one) { return one.second < Clock::now(); });
    for (std::size_t rung = 0; rung < rungs_.size(); ++rung) {
      const auto members = rung_members(plan_, trials_, rung);
      if (!members) return std::nullopt;
      for (const std::size_t trial : *members) {
        if (!is_mine(trial) || is_done(trial, rung) || is_running(trial)) continue;
        SweepTask task{trial, rung, values_[trial], rungs_[rung].epochs, rung + 1 == rungs_.size()};
        if (claim(task)) return task;
      }
    }
    return std::nullopt;
  }

  bool claim(const SweepTask& task) {
    const std::string name = name_of(task);
    if (busy_.contains(name)) return false;
    if (!claims_.take(name)) {
      busy_[name] = Clock::now() + kBetweenReadings;
      return false;
    }
    read(task.trial);  // who had it may have finished it just before
    if (!is_done(task.trial, task.rung)) return true;
    claims_.release(name);
    return false;
  }

  void collect() {
    for (std::size_t i = 0; i < workers_.size();) {
      if (!workers_[i].poll()) {
        ++i;
        continue;
      }
      const Worker worker = std::move(workers_[i]);
      workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
      conclude(worker);
    }
  }

  void conclude(const Worker& worker) {
    const SweepTask& task = worker.task();
    if (!worker.problem().empty()) {
      // It may have been killed by someone, or for the memory that another program needed.
      if (++deaths_[task.trial] < kMostDeaths) {
        workers_.emplace_back(folder_, task, train_);
        return;
      }
      SweepTrial trial = folder_.read_trial(task.trial).value_or(SweepTrial{});
      trial.number = task.trial;
      trial.values = task.values;
      trial.error = fmt::format("{}, {} times", worker.problem(), kMostDeaths);
      folder_.write_trial(trial);
    }
    read(task.trial);
    claims_.release(name_of(task));
    remove_models();
    has_news_ = true;
    if (const SweepTrial* const trial = find(task.trial); trial != nullptr && run_.finished)
      run_.finished(*trial);
  }

  // While the workers are busy: to flush a file takes milliseconds.
  void write_journal() {
    if (!has_news_ || Clock::now() < next_journal_) return;
    next_journal_ = Clock::now() + kBetweenJournals;
    has_news_ = false;
    folder_.write_journal(trials_);
  }

  // A trial that is not among the best of those that are known will not be among the best of all.
  void remove_models() {
    const std::vector<std::size_t> ranking = rank_trials(plan_, trials_);
    for (std::size_t i = run_.keep_models; i < ranking.size(); ++i) {
      std::error_code ignored;
      if (without_model_.insert(ranking[i]).second)
        fs::remove(folder_.model_file(ranking[i]), ignored);
    }
  }

  bool is_all_done() const {
    for (std::size_t rung = 0; rung < rungs_.size(); ++rung) {
      const auto members = rung_members(plan_, trials_, rung);
      if (!members || std::ranges::any_of(*members, [&](std::size_t trial) {
            return is_mine(trial) && !is_done(trial, rung);
          }))
        return false;
    }
    return true;
  }

  void wait() const {
    std::vector<pollfd> descriptors;
    for (const Worker& worker : workers_) descriptors.push_back({worker.descriptor(), POLLIN, 0});
    ::poll(descriptors.data(), descriptors.size(), static_cast<int>(kBetweenLooks.count()));
  }

  void clean_up(bool all_done) {
    folder_.write_journal(trials_);
    if (!all_done || run_.parts > 1) return;
    std::error_code ignored;
    for (const fs::directory_entry& state :
         fs::directory_iterator(folder_.path() / "states", ignored))
      fs::remove(state.path(), ignored);
  }

  const SweepFolder& folder_;
  const SweepPlan& plan_;
  const sweep::TrainTrial& train_;
  const SweepRun& run_;
  std::vector<SweepRung> rungs_;
  std::vector<std::vector<std::string>> values_;
  sweep::Claims claims_;
  std::vector<SweepTrial> trials_;  // that have a file, by number
  std::vector<Worker> workers_;
  std::map<std::string, Clock::time_point> busy_;  // tasks of others, and when to look again
  std::map<std::size_t, std::size_t> deaths_;
  std::set<std::size_t> without_model_;
  Clock::time_point next_reading_{}, next_journal_{};
  bool has_news_ = false;
};

}  // namespace

bool run_sweep(const SweepFolder& folder, const std::function<SweepScores(const SweepTask&)>& train,
               const SweepRun& run) {
  if (run.parts == 0 || run.part >= run.parts)
    throw Error(ErrorKind::usage, fmt::format("part {} of {}", run.part + 1, run.parts), "--part",
                "from 1/16 to 16/16");
  return Runner(folder, train, run).run();
}

}  // namespace lithe
