// Stopping and going on (`lithe train --state`): what the state keeps of the command, and the
// models that are kept beside it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lithe/trainer.h"
#include "options.h"
#include "train_options.h"

namespace lithe::app {

using Notes = std::map<std::string, std::string>;

inline constexpr const char* kCommand = "command";  // the note of the options that were given

// Where the arguments ask for it and the file is there, options that are not given come from the
// state, whose notes `read` reads.
void go_on_from_state(Options& options, const Arguments& arguments,
                      Notes (*read)(const std::filesystem::path&));
Notes training_notes(const std::filesystem::path& state);
Notes agent_notes(const std::filesystem::path& state);
// Whether the training of `state` is to be resumed: never where --resume=auto (`resume`) finds no
// file. Throws Error(usage) where there is no state to go on from, or one that would be lost.
bool resumes(const std::string& resume, const std::filesystem::path& state,
             Notes (*read)(const std::filesystem::path&));
// Options of a state that do not go together. Where --resume=auto finds no state, the training
// begins: `command.resume` becomes empty.
void check_state(TrainCommand& command);
// The options that were given, as the notes of a state keep them. Throws Error(model).
std::vector<GivenOption> options_of(const Notes& notes, const std::string& file);
// The options that were given, and others, as the state keeps them.
Notes notes_of(const Options& options, const std::vector<GivenOption>& others = {});

// The weights of --from are in the state: to go on, the network is enough.
void keep_network(Notes& notes, const Network& network);

// "best 3, last 2"
struct KeepRule {
  std::size_t best = 0, last = 0;
};
KeepRule parse_keep(const std::string& text);  // throws Error(usage)

// Models of single epochs, in files beside the state: run.epoch-12.safetensors.
class KeptModels {
 public:
  // Nothing is kept where --keep is not given.
  explicit KeptModels(const TrainCommand& command);
  // After an epoch: saves its model where it belongs to the best or the last ones, and removes
  // those that no longer do.
  void update(Trainer& trainer);

 private:
  std::filesystem::path file_of(std::size_t epoch) const;

  KeepRule rule_;
  std::filesystem::path state_;
  bool failed_ = false;  // and was told
};

}  // namespace lithe::app
