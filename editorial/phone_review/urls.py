"""The addresses of the review on a phone, outside of the admin. Short: they come by SMS."""

from __future__ import annotations

from django.urls import path

from editorial.phone_review.views import CodeView, ConfirmView, DoneView, FileView, GiveUpView, ReviewView

urlpatterns = [
    path("xong/<str:done>/", DoneView.as_view(), name="phone_review_done"),
    path("<str:token>/", ReviewView.as_view(), name="phone_review"),
    path("<str:token>/ma/", CodeView.as_view(), name="phone_review_code"),
    path("<str:token>/xac-nhan/", ConfirmView.as_view(), name="phone_review_confirm"),
    path("<str:token>/huy/", GiveUpView.as_view(), name="phone_review_give_up"),
    path("<str:token>/tep/<str:signed>/", FileView.as_view(), name="phone_review_file"),
]
