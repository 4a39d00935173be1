#include "train_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "lithe/ensemble.h"
#include "lithe/error.h"
#include "model_score.h"
#include "output_file.h"
#include "terminal.h"
#include "train_setup.h"

namespace lithe::app {

namespace {

// Options that are about a single training.
void check_members(const TrainCommand& c) {
  const std::pair<const char*, bool> single[] = {{"--cv", c.folds > 0},
                                                 {"--seeds", c.seeds > 1},
                                                 {"--state", !c.options.state.empty()},
                                                 {"--from", !c.from.empty()},
                                                 {"--curve", !c.curve.empty()},
                                                 {"--watch", c.options.watch},
                                                 {"--profile", c.options.profile},
                                                 {"--explain", c.explain},
                                                 {"--unknown", c.unknown.asked()}};
  for (const auto& [option, given] : single)
    if (given)
      throw Error(ErrorKind::usage, fmt::format("{} is for a single training", option), option,
                  fmt::format("--ensemble without {}", option));
}

void print_members(const std::vector<ModelScore>& scores, std::uint64_t seed) {
  for (std::size_t i = 0; i < scores.size(); ++i)
    print_folded("Member {}, seed {}: {}\n", i + 1, seed + i, score_text(scores[i]));
}

void print_json(const TrainCommand& command, const std::vector<ModelScore>& members,
                const ModelScore* whole, std::size_t count, const std::string& earlier) {
  nlohmann::ordered_json result = {{"model", command.output},
                                   {"earlier_model", earlier},
                                   {"members", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < count; ++i) {
    result["members"].push_back({{"seed", command.options.seed + i}});
    if (whole != nullptr) result["members"].back()["score"] = members[i].value;
  }
  if (whole != nullptr) result["score"] = score_name(*whole), result["ensemble"] = whole->value;
  fmt::print("{}\n", result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int train_members(TrainCommand& command) {
  check_members(command);
  check_model_output(command.output, "--output");
  const std::vector<base::FileLock> locks = claim_outputs({{command.output, "--output"}});
  const TrainSetup setup = set_up(command);
  setup.model.save("/dev/null");
  if (!command.json) {
    for (const std::string& line : setup.understood) print_folded("{}\n", line);
    if (!command.defaults.empty()) print_folded("Chosen by the data: {}\n", command.defaults);
    print_folded("{} models: {}\n", command.members, setup.model.network().to_string());
  }
  catch_interrupt();
  ProgressBar bar;
  std::size_t done = 0;
  const double all =
      static_cast<double>(command.members * std::max<std::size_t>(1, command.options.epochs));
  const TrainedEnsemble trained =
      train_ensemble(setup.model, setup.learned(), setup.data.test, command.options,
                     command.members, [&](std::size_t member, const EpochReport& report) {
                       if (!command.json)
                         bar.draw(fmt::format("member {}, epoch {}: loss {:.4g}", member + 1,
                                              report.epoch, report.loss),
                                  static_cast<double>(++done) / all);
                       return !interrupted();
                     });
  bar.clear();
  const Model& model = trained.model;
  const std::string earlier = command.keeps_earlier ? keep_earlier(command.output) : "";
  model.save(command.output);
  const std::vector<Model> members = members_of(model);
  std::vector<ModelScore> scores;
  const Examples& test = setup.data.test;
  if (test.features.rows > 0)
    for (const Model& member : members)
      scores.push_back(score_of(member, test, command.options.loss));
  const ModelScore whole =
      scores.empty() ? ModelScore{} : score_of(model, test, command.options.loss);
  if (command.json) {
    print_json(command, scores, scores.empty() ? nullptr : &whole, members.size(), earlier);
    return 0;
  }
  if (interrupted())
    print_folded("Interrupted: {} of {} models have done an epoch\n", members.size(),
                 command.members);
  print_members(scores, command.options.seed);
  if (!scores.empty()) print_folded("Ensemble: {}\n", score_text(whole));
  print_folded("Model: {}{}\n", command.output,
               earlier.empty() ? "" : fmt::format(" (the earlier one is kept as {})", earlier));
  return 0;
}

}  // namespace lithe::app
