#include "rl_play.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "animation.h"
#include "lithe/agent.h"
#include "lithe/error.h"
#include "terminal.h"

namespace lithe::app {

namespace {

// Fills in the default frame rate.
PlayOptions with_pace(PlayOptions options, const Spaces& spaces) {
  constexpr double kMost = 30;
  const double seconds = spaces.step_seconds;
  if (options.every == 0)
    options.every =
        seconds > 0 ? static_cast<std::size_t>(std::ceil(1 / (kMost * seconds) - 1e-9)) : 1;
  if (options.frames_per_second == 0)
    options.frames_per_second =
        seconds > 0 ? 1 / (seconds * static_cast<double>(options.every)) : kMost;
  return options;
}

// The outputs of frames: terminal, GIF and PNG files.
class Screen {
 public:
  Screen(const PlayOptions& options, const Spaces& spaces)
      : options_(with_pace(options, spaces)),
        gif_(std::max(2, static_cast<int>(std::lround(100 / options_.frames_per_second)))),
        terminal_(options.animate && isatty(STDOUT_FILENO) == 1) {
    if (!options.frames.empty()) make_folder(options.frames);
  }

  // Shows the current frame, if it is the turn of this step.
  void show(const Environments& environment) {
    if (!wanted() || shown_++ % options_.every != 0) return;
    environment.draw(0, picture_);
    put(picture_, environment);
  }
  // Shows the last frame of an episode. The first frame of the next one is always shown as well.
  void show_end(const Picture& last, const Environments& environment) {
    shown_ = 0;
    if (wanted()) put(last, environment);
  }

  // Lines are printed below the picture.
  void leave_picture() { lines_ = 0; }

  void finish() {
    if (options_.gif.empty() || gif_.empty()) return;
    gif_.write(options_.gif);
    fmt::print("{} frames in {}\n", kept_, options_.gif);
  }

 private:
  bool wanted() const { return terminal_ || !options_.gif.empty() || !options_.frames.empty(); }

  void put(const Picture& picture, const Environments& environment) {
    constexpr std::size_t kMostFrames = 100000;
    if (picture.rgb.empty()) return refuse(environment);
    if (kept_ == kMostFrames && (!options_.gif.empty() || !options_.frames.empty()))
      throw Error(ErrorKind::usage, fmt::format("more than {} frames", kMostFrames), {},
                  "fewer --episodes or --steps, or --every 10");
    if (!options_.gif.empty()) gif_.add(picture);
    if (!options_.frames.empty())
      write_picture(std::filesystem::path(options_.frames) / fmt::format("{:05}.png", kept_),
                    picture);
    ++kept_;
    if (terminal_) draw(picture);
  }

  void refuse(const Environments& environment) {
    if (!options_.gif.empty() || !options_.frames.empty())
      throw Error(ErrorKind::usage, fmt::format("{} cannot be drawn", environment.name()), {},
                  "leave out --gif and --frames");
    terminal_ = false;
  }

  void draw(const Picture& picture) {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const TerminalPicture drawn =
        terminal_picture(picture, known ? std::min<std::size_t>(size.ws_col, 100) : 80);
    if (lines_ > 0) fmt::print("\033[{}A", lines_);
    fmt::print("{}", drawn.text);
    std::fflush(stdout);
    lines_ = drawn.lines;
    std::this_thread::sleep_for(std::chrono::duration<double>(1 / options_.frames_per_second));
  }

  static void make_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw Error(ErrorKind::io, "the folder cannot be made: " + error.message(), folder);
  }

  const PlayOptions options_;
  Gif gif_;
  bool terminal_;
  Picture picture_;
  std::size_t shown_ = 0, kept_ = 0, lines_ = 0;
};

void print_episode(std::size_t number, const Environments::Episode& episode, bool terminated) {
  fmt::print("Episode {}: return {:.6g}, {} steps, {}\n", number, episode.episode_return,
             episode.length, terminated ? "terminated" : "truncated");
}

void print_summary(const EpisodeWindow& window) {
  if (window.total() < 2) return;
  fmt::print("{} episodes: mean return {:.6g} +/- {:.4g}, mean length {:.6g}\n", window.total(),
             window.mean_return(), window.std_return(), window.mean_length());
}

}  // namespace

Player random_player(const Spaces& spaces, std::uint64_t seed) {
  return [spaces, rng = Rng(seed, 0)](std::span<const float>, bool, std::int32_t& choice,
                                      std::span<float> values) mutable {
    sample_action(spaces, rng, choice, values);
  };
}

Player policy_player(const Model& model, const Spaces& spaces) {
  const auto policy = std::make_shared<Policy>(model, spaces);
  const std::size_t numbers = spaces.actions();
  const bool choices = spaces.choices > 0;
  return [policy, numbers, choices](std::span<const float> observation, bool begins,
                                    std::int32_t& choice, std::span<float> values) {
    if (begins) policy->begin(0);
    const Actions actions =
        policy->act({const_cast<float*>(observation.data()), observation.size()}, 1);
    if (choices)
      choice = actions.choices[0];
    else
      std::copy_n(actions.values, numbers, values.begin());
  };
}

void play(Environments& environment, const Player& player, const PlayOptions& options) {
  const Spaces& spaces = environment.spaces();
  std::vector<float> seen(spaces.low.size()), values(spaces.actions());
  std::int32_t choice = 0;
  float reward = 0;
  std::uint8_t terminated = 1, truncated = 0;  // the first episode begins
  const Actions actions{&choice, values.data(), values.size()};
  Picture last;
  const Outcomes outcomes{.observations = {seen.data(), seen.size()},
                          .rewards = &reward,
                          .terminated = &terminated,
                          .truncated = &truncated,
                          .final_pictures = &last};
  EpisodeWindow window(std::max<std::size_t>(options.episodes, 1));
  Screen screen(options, spaces);
  catch_interrupt();
  environment.reset(outcomes.observations);
  screen.show(environment);
  for (std::size_t step = 0; step < options.max_steps && window.total() < options.episodes;
       ++step) {
    if (interrupted()) break;
    player(seen, (terminated | truncated) != 0, choice, values);
    environment.step(actions, outcomes);
    if ((terminated | truncated) != 0) {
      window.record(environment, outcomes);
      screen.show_end(last, environment);
      screen.leave_picture();
      print_episode(window.total(), environment.last_episode(0), terminated != 0);
      if (window.total() == options.episodes) break;
    }
    screen.show(environment);
  }
  release_interrupt();
  print_summary(window);
  screen.finish();
}

}  // namespace lithe::app
