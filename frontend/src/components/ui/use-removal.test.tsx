import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { TagsInput } from "./tags-input";
import { Toasts } from "./toasts";

function Form({ dialog }: { dialog: boolean }) {
  const [tags, setTags] = useState(["vip", "tea", "pune"]);
  const [shown, setShown] = useState(true);
  const input = <TagsInput label="Tags" value={tags} onChange={setTags} />;
  return (
    <>
      {shown && (dialog ? <dialog open>{input}</dialog> : input)}
      <button type="button" onClick={() => setShown(false)}>
        Leave
      </button>
      <Toasts />
    </>
  );
}

function open(dialog = false) {
  render(<Form dialog={dialog} />);
  return userEvent.setup();
}

const tags = () =>
  screen.queryAllByRole("button", { name: /^Take away/ }).map((button) => button.getAttribute("aria-label"));
const undo = (text: string) => screen.getByRole("button", { name: "Undo", description: text });

it("puts each back where it was, in whatever order that is asked for", async () => {
  const user = open();
  await user.click(screen.getByRole("button", { name: "Take away tea" }));
  await user.click(screen.getByRole("button", { name: "Take away vip" }));
  expect(tags()).toEqual(["Take away pune"]);
  await user.click(undo("tea taken away"));
  expect(tags()).toEqual(["Take away tea", "Take away pune"]);
  await user.click(undo("vip taken away"));
  expect(tags()).toEqual(["Take away vip", "Take away tea", "Take away pune"]);
});

it("keeps the focus in the box, and gives it back after an undo", async () => {
  const user = open();
  await user.type(screen.getByLabelText("Tags"), "{Backspace}");
  expect(tags()).toEqual(["Take away vip", "Take away tea"]);
  expect(document.activeElement).toBe(screen.getByLabelText("Tags"));
  await user.click(undo("pune taken away"));
  expect(tags()).toHaveLength(3);
  expect(document.activeElement).toBe(screen.getByLabelText("Tags"));
});

it("does not put back what was added again meanwhile", async () => {
  const user = open();
  await user.click(screen.getByRole("button", { name: "Take away tea" }));
  await user.type(screen.getByLabelText("Tags"), "tea{Enter}");
  await user.click(undo("tea taken away"));
  expect(tags()).toEqual(["Take away vip", "Take away pune", "Take away tea"]);
});

it("says so when the form is gone", async () => {
  const user = open();
  await user.click(screen.getByRole("button", { name: "Take away tea" }));
  await user.click(screen.getByRole("button", { name: "Leave" }));
  await user.click(undo("tea taken away"));
  expect(screen.getByText("The form is not open any more.")).toBeTruthy();
});

it("offers nothing below a dialog, where it could not be reached", async () => {
  const user = open(true);
  await user.click(screen.getByRole("button", { name: "Take away tea" }));
  expect(tags()).toHaveLength(2);
  expect(screen.queryByText("tea taken away")).toBeNull();
});
